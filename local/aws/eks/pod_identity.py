"""Pod identity associations: which IAM role the pods of a service account get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.eks.access import AccessOperations

if TYPE_CHECKING:
    from local.aws.eks.records import EksCluster

MOST = 5000
"""Associations of a cluster (EKS guide, "Learn how EKS Pod Identity grants pods access to AWS services", limits)."""
_SHORT = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


class PodIdentityOperations(AccessOperations):
    """Create, read, change and delete pod identity associations."""

    def create_pod_identity_association(self, **request: Any) -> dict[str, Any]:
        """An association; a service account has at most one."""
        cluster = self.active(request["clusterName"])
        place = request["namespace"], request["serviceAccount"]
        found = next((a for a in cluster.associations.values() if (a["namespace"], a["serviceAccount"]) == place), None)
        if self.repeated("CreatePodIdentityAssociation", request, f"{cluster.name}/{place}", exists=found is not None):
            return {"association": dict(found or {})}
        if found:
            text = f"Association already exists: {found['associationId']}"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name)
        if not self.trusts(request["roleArn"], "pods.eks.amazonaws.com"):
            text = (
                f"Trust policy of role {request['roleArn']} is invalid: "
                "it must allow pods.eks.amazonaws.com to do sts:AssumeRole and sts:TagSession"
            )
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        if len(cluster.associations) >= MOST:
            text = f"The maximum number of pod identity associations for cluster {cluster.name} is {MOST}"
            raise self.refuse("ResourceLimitExceeded", text, clusterName=cluster.name)
        return {"association": self._new_association(cluster, *place, request["roleArn"], request.get("tags", {}))}

    def _new_association(
        self, cluster: EksCluster, namespace: str, account: str, role_arn: str, tags: dict[str, str], owner: str = ""
    ) -> dict[str, Any]:
        key = "a-" + self.kernel.uuid("eks/association-ids").replace("-", "")[:17]
        now = self.kernel.utcnow()
        association = {
            "clusterName": cluster.name,
            "namespace": namespace,
            "serviceAccount": account,
            "roleArn": role_arn,
            "associationArn": self.arn(f"podidentityassociation/{cluster.name}/{key}"),
            "associationId": key,
            "tags": dict(tags),
            "createdAt": now,
            "modifiedAt": now,
            "disableSessionTags": False,
            **({"ownerArn": owner} if owner else {}),
        }
        cluster.associations[key] = association
        return dict(association)

    def _associate_addon(self, cluster: EksCluster, request: dict[str, Any]) -> list[str]:
        wanted = request.get("podIdentityAssociations", [])
        owner = self.arn(f"addon/{cluster.name}/{request['addonName']}")
        made = [
            self._new_association(cluster, "kube-system", a["serviceAccount"], a["roleArn"], {}, owner) for a in wanted
        ]
        return [str(a["associationArn"]) for a in made]

    def _association(self, request: dict[str, Any]) -> dict[str, Any]:
        cluster, key = self.cluster(request["clusterName"]), request["associationId"]
        if key not in cluster.associations:
            raise self.refuse("ResourceNotFound", f"Association not found: {key}", clusterName=cluster.name)
        return cluster.associations[key]

    def describe_pod_identity_association(self, **request: Any) -> dict[str, Any]:
        """An association as it is now."""
        return {"association": dict(self._association(request))}

    def list_pod_identity_associations(self, **request: Any) -> dict[str, Any]:
        """The associations of a cluster, of a namespace, or of a service account."""
        found = [
            {key: a[key] for key in _SHORT if key in a}
            for a in self.cluster(request["clusterName"]).associations.values()
            if a["namespace"] == request.get("namespace", a["namespace"])
            and a["serviceAccount"] == request.get("serviceAccount", a["serviceAccount"])
        ]
        return self.page(found, request, "associations")

    def update_pod_identity_association(self, **request: Any) -> dict[str, Any]:
        """Another role for the same service account."""
        association = self._association(request)
        association["roleArn"] = request.get("roleArn", association["roleArn"])
        association["modifiedAt"] = self.kernel.utcnow()
        return {"association": dict(association)}

    def delete_pod_identity_association(self, **request: Any) -> dict[str, Any]:
        """New pods of the service account get no role."""
        association = self._association(request)
        del self.cluster(request["clusterName"]).associations[association["associationId"]]
        return {"association": dict(association)}
