"""Access entries: which IAM principal is who inside a cluster."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from local.aws.eks.addons import AddonOperations
from local.aws.eks.records import AccessEntry

if TYPE_CHECKING:
    from local.aws.eks.records import EksCluster

POLICY_ARN = "arn:aws:eks::aws:cluster-access-policy/"
CLUSTER_ADMIN = f"{POLICY_ARN}AmazonEKSClusterAdminPolicy"
POLICIES = (
    *("AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy"),
    *("AmazonEKSEditPolicy", "AmazonEKSSecretReaderPolicy", "AmazonEKSViewPolicy"),
)
"""The access policies for people and controllers; AWS has more, for its own services."""
_NODE_USERS = {
    "EC2_LINUX": "system:node:{{EC2PrivateDNSName}}",
    "EC2_WINDOWS": "system:node:{{EC2PrivateDNSName}}",
    "EC2": "system:node:{{EC2PrivateDNSName}}",
    "FARGATE_LINUX": "system:node:{{SessionName}}",
    "HYBRID_LINUX": "system:node:{{SessionName}}",
}
_PRINCIPAL = re.compile(r"arn:aws:iam::\d{12}:(role|user)/.+")
_RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")


class AccessOperations(AddonOperations):
    """Access entries and their policies.

    Source of the rules: EKS user guide, "Create access entries" and "Associate access policies with access entries".
    """

    def create_access_entry(self, **request: Any) -> dict[str, Any]:
        """An access entry, in force at once (with AWS "it may take several seconds")."""
        cluster, principal = self._with_entries(request["clusterName"]), request["principalArn"]
        if self.repeated(
            "CreateAccessEntry", request, f"{cluster.name}/{principal}", exists=principal in cluster.entries
        ):
            return {"accessEntry": cluster.entries[principal].described(cluster.name)}
        if principal in cluster.entries:
            text = "The specified access entry resource is already in use on this cluster."
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name)
        kind = request.get("type", "STANDARD")
        self._check_principal(cluster, principal, kind)
        if kind != "STANDARD" and (request.get("kubernetesGroups") or request.get("username")):
            text = f"kubernetesGroups and username can not be specified for access entries of type {kind}"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        self._check_names(cluster, request)
        entry = self.new_entry(cluster, principal, request.get("kubernetesGroups", []), kind, request.get("username"))
        entry.tags = dict(request.get("tags", {}))
        return {"accessEntry": entry.described(cluster.name)}

    def new_entry(
        self,
        cluster: EksCluster,
        principal: str,
        groups: list[str],
        kind: str = "STANDARD",
        username: str | None = None,
    ) -> AccessEntry:
        """An entry that is in force, without any check."""
        resource = principal.split(":", 5)[5]
        name, now = resource.rsplit("/", 1)[-1], self.kernel.utcnow()
        account = principal.split(":")[4]
        arn = (
            f"access-entry/{cluster.name}/{resource.split('/')[0]}/{account}/{name}/{self.kernel.uuid('eks/entry-ids')}"
        )
        if kind in _NODE_USERS:
            user, groups = _NODE_USERS[kind], ["system:nodes"]
        elif resource.startswith("role/"):
            user = username or f"arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"
        else:
            user = username or principal
        cluster.entries[principal] = AccessEntry(principal, self.arn(arn), kind, user, list(groups), now, now)
        return cluster.entries[principal]

    def node_entry(self, cluster: EksCluster, role_arn: str) -> None:
        """EKS makes the access entry for the role of managed nodes itself."""
        if role_arn not in cluster.entries:
            self.new_entry(cluster, role_arn, [], "EC2_LINUX")

    def _with_entries(self, name: str) -> EksCluster:
        cluster = self.active(name)
        if not cluster.api_entries:
            text = (
                "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] "
                "to perform this operation."
            )
            raise self.refuse("InvalidRequest", text, clusterName=name)
        return cluster

    def _check_principal(self, cluster: EksCluster, principal: str, kind: str) -> None:
        known = _PRINCIPAL.match(principal)
        if not known or "aws-service-role" in principal or (kind != "STANDARD" and known[1] != "role"):
            text = "The specified principalArn is invalid: invalid principal."
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        if kind not in {"STANDARD", *_NODE_USERS}:
            raise self.refuse("InvalidParameter", f"Unsupported access entry type {kind}", clusterName=cluster.name)

    def _check_names(self, cluster: EksCluster, request: dict[str, Any]) -> None:
        for group in request.get("kubernetesGroups", []):
            if group.startswith(_RESERVED):
                start = next(r for r in _RESERVED if group.startswith(r))
                text = f"The kubernetes group name {group} is invalid, it cannot start with {start}"
                raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        username = request.get("username", "")
        if username.startswith(_RESERVED):
            text = f"The username {username} is invalid, it cannot start with one of {', '.join(_RESERVED)}"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        template = username.find("{{SessionName")
        if template >= 0 and ":" not in username[:template]:
            text = f"The username {username} is invalid, it must contain a colon before the session name"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)

    def _entry(self, cluster: EksCluster, principal: str) -> AccessEntry:
        if principal not in cluster.entries:
            text = (
                "The specified principalArn could not be found. "
                "You can view your available access entries with 'list-access-entries'."
            )
            raise self.refuse("ResourceNotFound", text, clusterName=cluster.name)
        return cluster.entries[principal]

    def describe_access_entry(self, **request: Any) -> dict[str, Any]:
        """An access entry as it is now."""
        cluster = self._with_entries(request["clusterName"])
        return {"accessEntry": self._entry(cluster, request["principalArn"]).described(cluster.name)}

    def list_access_entries(self, **request: Any) -> dict[str, Any]:
        """The principals that have an entry."""
        cluster, policy = self._with_entries(request["clusterName"]), request.get("associatedPolicyArn")
        found = [arn for arn, entry in cluster.entries.items() if policy is None or policy in entry.policies]
        return self.page(sorted(found), request, "accessEntries")

    def update_access_entry(self, **request: Any) -> dict[str, Any]:
        """Other groups or another user name."""
        cluster = self._with_entries(request["clusterName"])
        entry = self._entry(cluster, request["principalArn"])
        self._check_names(cluster, request)
        if entry.type != "STANDARD":
            text = f"Access entries of type {entry.type} can not be updated"
            raise self.refuse("InvalidRequest", text, clusterName=cluster.name)
        entry.groups = list(request.get("kubernetesGroups", entry.groups))
        entry.username = request.get("username", entry.username)
        entry.modified_at = self.kernel.utcnow()
        return {"accessEntry": entry.described(cluster.name)}

    def delete_access_entry(self, **request: Any) -> dict[str, Any]:
        """The principal can no longer enter the cluster."""
        cluster = self._with_entries(request["clusterName"])
        del cluster.entries[self._entry(cluster, request["principalArn"]).principal_arn]
        return {}

    def associate_access_policy(self, **request: Any) -> dict[str, Any]:
        """EKS grants an access policy to the entry; again with another scope replaces the first."""
        cluster, arn, scope = self._with_entries(request["clusterName"]), request["policyArn"], request["accessScope"]
        entry = self._entry(cluster, request["principalArn"])
        if entry.type != "STANDARD":
            text = f"Access policies can not be associated with access entries of type {entry.type}"
            raise self.refuse("InvalidRequest", text, clusterName=cluster.name)
        if arn.removeprefix(POLICY_ARN) not in POLICIES:
            text = f"The policyArn parameter format is not valid: {arn}"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
            text = "Namespaces are required for the namespace access scope, and only for it"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        now = self.kernel.utcnow()
        before = entry.policies.get(arn, {}).get("associatedAt", now)
        entry.policies[arn] = {
            "policyArn": arn,
            "accessScope": deepcopy(scope),
            "associatedAt": before,
            "modifiedAt": now,
        }
        return {
            "clusterName": cluster.name,
            "principalArn": entry.principal_arn,
            "associatedAccessPolicy": deepcopy(entry.policies[arn]),
        }

    def disassociate_access_policy(self, **request: Any) -> dict[str, Any]:
        """EKS no longer grants the policy."""
        cluster = self._with_entries(request["clusterName"])
        entry = self._entry(cluster, request["principalArn"])
        if request["policyArn"] not in entry.policies:
            raise self.refuse("ResourceNotFound", "No associated access policy found", clusterName=cluster.name)
        del entry.policies[request["policyArn"]]
        return {}

    def list_associated_access_policies(self, **request: Any) -> dict[str, Any]:
        """The access policies of an entry."""
        cluster = self._with_entries(request["clusterName"])
        entry = self._entry(cluster, request["principalArn"])
        found = self.page(deepcopy(list(entry.policies.values())), request, "associatedAccessPolicies")
        return {"clusterName": cluster.name, "principalArn": entry.principal_arn, **found}

    def list_access_policies(self, **request: Any) -> dict[str, Any]:
        """The access policies that can be associated."""
        return self.page([{"name": n, "arn": POLICY_ARN + n} for n in POLICIES], request, "accessPolicies")
