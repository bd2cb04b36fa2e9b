"""Amazon EKS by boto3: the port ``norikae.cluster.eks_port.Eks``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import call, look_up, pages
from norikae.adapters.aws.session import client
from norikae.cluster.eks_port import (
    AccessEntry,
    Addon,
    Cluster,
    ClusterVersion,
    Issue,
    NewCluster,
    NewNodeGroup,
    NodeGroup,
)
from norikae.cluster.processors import processor_of
from norikae.errors import AwsRefusedError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

ABSENT = "ResourceNotFoundException"
FIRST_COME = {"ResourceInUseException": ConflictError}
"""The name is taken: somebody, perhaps we before a crash, was first; reading again shows it."""


class EksClusters:
    """EKS of the process's account and region.

    Args:
        eks: a boto3 client; the process's own when left out.
    """

    def __init__(self, eks: Any = None) -> None:
        self._eks = eks or client("eks")

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, or None when there is none."""
        answer = look_up(self._eks.describe_cluster, ABSENT, name=name)
        if answer is None:
            return None
        found = answer["cluster"]
        return Cluster(
            name=name,
            version=found.get("version", ""),
            status=found["status"],
            tags=found.get("tags", {}),
            authentication_mode=found.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP"),
            deletion_protection=found.get("deletionProtection", False),
            issues=_issues(found),
            arn=found.get("arn", ""),
            issuer=found.get("identity", {}).get("oidc", {}).get("issuer", ""),
            endpoint=found.get("endpoint", ""),
            ca=found.get("certificateAuthority", {}).get("data", ""),
            service_cidr=found.get("kubernetesNetworkConfig", {}).get("serviceIpv4Cidr", ""),
            security_group=found.get("resourcesVpcConfig", {}).get("clusterSecurityGroupId", ""),
            extends_support=found.get("upgradePolicy", {}).get("supportType", "EXTENDED") == "EXTENDED",
        )

    def cluster_names(self) -> frozenset[str]:
        """Every cluster of the account and region."""
        return frozenset(self._names(self._eks.list_clusters, "clusters"))

    def cluster_versions(self) -> tuple[ClusterVersion, ...]:
        """Every Kubernetes version that EKS knows, also those without support (``includeAll``)."""
        return tuple(
            ClusterVersion(
                found["clusterVersion"],
                found.get("versionStatus", ""),
                _seconds(found.get("endOfStandardSupportDate")),
                _seconds(found.get("endOfExtendedSupportDate")),
            )
            for page in pages(self._eks.describe_cluster_versions, includeAll=True)
            for found in page["clusterVersions"]
        )

    def create_cluster(self, new: NewCluster) -> None:
        """Ask for a control plane whose creator gets no rights, without the add-ons that EKS would install itself."""
        params: dict[str, Any] = {
            "name": new.name,
            "version": new.version,
            "roleArn": new.role,
            "resourcesVpcConfig": {
                "subnetIds": list(new.subnets),
                "securityGroupIds": list(new.security_groups),
                "endpointPrivateAccess": new.private,
                "endpointPublicAccess": bool(new.public_cidrs),
                **({"publicAccessCidrs": list(new.public_cidrs)} if new.public_cidrs else {}),
            },
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
            "bootstrapSelfManagedAddons": False,
            "deletionProtection": new.protected,
            "tags": dict(new.tags),
            "clientRequestToken": new.token,
        }
        if new.logging:
            params["logging"] = {"clusterLogging": [{"types": list(new.logging), "enabled": True}]}
        if new.key:
            params["encryptionConfig"] = [{"resources": ["secrets"], "provider": {"keyArn": new.key}}]
        call(self._eks.create_cluster, expected=FIRST_COME, **params)

    def set_deletion_protection(self, name: str, *, on: bool) -> None:
        """Ask for the protection against deletion to change."""
        call(self._eks.update_cluster_config, expected=FIRST_COME, name=name, deletionProtection=on)

    def delete_cluster(self, name: str) -> None:
        """Ask for the deletion of a cluster without node groups; fine when it is gone."""
        look_up(self._eks.delete_cluster, ABSENT, name=name)

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on a thing of EKS."""
        call(self._eks.tag_resource, resourceArn=arn, tags=dict(tags))

    def untag(self, arn: str, keys: tuple[str, ...]) -> None:
        """Take tags off a thing of EKS; fine when it is gone."""
        look_up(self._eks.untag_resource, ABSENT, resourceArn=arn, tagKeys=list(keys))

    def node_groups(self, cluster: str) -> tuple[NodeGroup, ...]:
        """The node groups of a cluster."""
        return tuple(
            NodeGroup(name, found["status"], _issues(found), found["createdAt"].timestamp())
            for name in self._names(self._eks.list_nodegroups, "nodegroups", clusterName=cluster)
            for found in self._described("describe_nodegroup", "nodegroup", clusterName=cluster, nodegroupName=name)
        )

    def create_node_group(self, new: NewNodeGroup) -> None:
        """Ask for a node group on Amazon Linux 2023 (Amazon Linux 2 has no images from 1.33 on)."""
        arm = processor_of(new.instances[0]) == "arm64"
        call(
            self._eks.create_nodegroup,
            expected=FIRST_COME,
            clusterName=new.cluster,
            nodegroupName=new.name,
            nodeRole=new.role,
            subnets=list(new.subnets),
            instanceTypes=list(new.instances),
            amiType="AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD",
            scalingConfig={"minSize": new.min_size, "maxSize": new.max_size, "desiredSize": max(1, new.min_size)},
            diskSize=new.disk_gib,
            labels=dict(new.labels),
            tags=dict(new.tags),
            clientRequestToken=new.token,
        )

    def delete_node_group(self, cluster: str, name: str) -> None:
        """Ask for the deletion of a node group; fine when it is gone."""
        look_up(self._eks.delete_nodegroup, ABSENT, clusterName=cluster, nodegroupName=name)

    def addons(self, cluster: str) -> tuple[Addon, ...]:
        """The add-ons of a cluster."""
        return tuple(
            Addon(name, found.get("addonVersion", ""), found["status"], _issues(found), found["createdAt"].timestamp())
            for name in self._names(self._eks.list_addons, "addons", clusterName=cluster)
            for found in self._described("describe_addon", "addon", clusterName=cluster, addonName=name)
        )

    def newest_addon_version(self, addon: str, version: str) -> str | None:
        """The newest version of an add-on for a Kubernetes version, or None when there is none."""
        try:
            listed = list(pages(self._eks.describe_addon_versions, addonName=addon, kubernetesVersion=version))
        except AwsRefusedError as refusal:
            if refusal.code == ABSENT:
                return None
            raise
        versions = [
            found["addonVersion"]
            for page in listed
            for entry in page["addons"]
            for found in entry.get("addonVersions", [])
            if any(c.get("clusterVersion") == version for c in found.get("compatibilities", []))
        ]
        return max(versions, key=_by_numbers, default=None)

    def create_addon(
        self, cluster: str, addon: str, addon_version: str, token: str, tags: Mapping[str, str] | None = None
    ) -> None:
        """Ask for an add-on, which takes over what is already installed."""
        call(
            self._eks.create_addon,
            expected=FIRST_COME,
            clusterName=cluster,
            addonName=addon,
            addonVersion=addon_version,
            resolveConflicts="OVERWRITE",
            tags=dict(tags or {}),
            clientRequestToken=token,
        )

    def delete_addon(self, cluster: str, addon: str) -> None:
        """Ask for the deletion of an add-on and its resources; fine when it is gone."""
        look_up(self._eks.delete_addon, ABSENT, clusterName=cluster, addonName=addon)

    def access_entries(self, cluster: str, *, policies_of: Collection[str] = ()) -> tuple[AccessEntry, ...]:
        """The access entries of a cluster; the policies of some of them, which take a call for each."""
        return tuple(
            AccessEntry(
                principal,
                frozenset(found.get("kubernetesGroups", [])),
                frozenset(self._policies(cluster, principal) if principal in policies_of else ()),
                found.get("type", "STANDARD"),
            )
            for principal in self._names(self._eks.list_access_entries, "accessEntries", clusterName=cluster)
            for found in self._described(
                "describe_access_entry", "accessEntry", clusterName=cluster, principalArn=principal
            )
        )

    def create_access_entry(
        self, cluster: str, principal: str, groups: tuple[str, ...], token: str, kind: str = "STANDARD"
    ) -> None:
        """Let a role in as a member of Kubernetes groups; EKS gives those of nodes itself."""
        call(
            self._eks.create_access_entry,
            expected=FIRST_COME,
            clusterName=cluster,
            principalArn=principal,
            **({"kubernetesGroups": list(groups)} if kind == "STANDARD" else {}),
            type=kind,
            clientRequestToken=token,
        )

    def update_access_entry(self, cluster: str, principal: str, groups: tuple[str, ...], token: str) -> None:
        """Replace the Kubernetes groups of a role that is let in."""
        call(
            self._eks.update_access_entry,
            clusterName=cluster,
            principalArn=principal,
            kubernetesGroups=list(groups),
            clientRequestToken=token,
        )

    def delete_access_entry(self, cluster: str, principal: str) -> None:
        """Let a role in no longer; fine when it is not."""
        look_up(self._eks.delete_access_entry, ABSENT, clusterName=cluster, principalArn=principal)

    def associate_policy(self, cluster: str, principal: str, policy: str) -> None:
        """Give a role that is let in one of EKS's access policies for the whole cluster."""
        call(
            self._eks.associate_access_policy,
            clusterName=cluster,
            principalArn=principal,
            policyArn=policy,
            accessScope={"type": "cluster"},
        )

    def disassociate_policy(self, cluster: str, principal: str, policy: str) -> None:
        """Take an access policy from a role, which keeps its groups; fine when it has none."""
        look_up(
            self._eks.disassociate_access_policy,
            ABSENT,
            clusterName=cluster,
            principalArn=principal,
            policyArn=policy,
        )

    def _policies(self, cluster: str, principal: str) -> Iterator[str]:
        found = pages(self._eks.list_associated_access_policies, clusterName=cluster, principalArn=principal)
        return (policy["policyArn"] for page in found for policy in page["associatedAccessPolicies"])

    def _names(self, method: Any, member: str, **params: Any) -> list[str]:
        return [name for page in pages(method, **params) for name in page[member]]

    def _described(self, method: str, member: str, **params: Any) -> Iterator[dict[str, Any]]:
        """The description, or nothing when the thing went away between the list and this."""
        answer = look_up(getattr(self._eks, method), ABSENT, **params)
        if answer is not None:
            yield answer[member]


def _issues(found: Mapping[str, Any]) -> tuple[Issue, ...]:
    issues = found.get("health", {}).get("issues", [])
    return tuple(Issue(str(issue.get("code", "Unknown")), str(issue.get("message", ""))) for issue in issues)


def _seconds(date: datetime | None) -> float | None:
    return None if date is None else date.timestamp()


def _by_numbers(addon_version: str) -> tuple[int, ...]:
    """Sorts "v1.12.0-eksbuild.10" behind "v1.12.0-eksbuild.2"."""
    return tuple(int(number) for number in re.findall(r"\d+", addon_version))
