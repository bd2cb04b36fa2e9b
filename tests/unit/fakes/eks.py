"""EKS in memory: things become ACTIVE, or go, when the test says that time has passed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
from norikae.errors import AwsRefusedError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NEWEST = {"vpc-cni": "v1.20.4-eksbuild.1", "coredns": "v1.12.4-eksbuild.1", "kube-proxy": "v1.35.0-eksbuild.2"}


class FakeEks:
    """The port ``Eks`` over dictionaries; it refuses what EKS refuses, and notes what it was asked for."""

    def __init__(self, *clusters: Cluster) -> None:
        self.clusters = {cluster.name: cluster for cluster in clusters}
        self.groups: dict[str, dict[str, NodeGroup]] = {}
        self.added: dict[str, dict[str, Addon]] = {}
        self.entries: dict[str, dict[str, AccessEntry]] = {}
        self.versions: tuple[ClusterVersion, ...] = (
            ClusterVersion("1.30", "UNSUPPORTED"),
            ClusterVersion("1.33", "EXTENDED_SUPPORT"),
            ClusterVersion("1.34", "STANDARD_SUPPORT"),
            ClusterVersion("1.35", "STANDARD_SUPPORT"),
        )
        self.newest: Mapping[str, str] = {**NEWEST, "eks-pod-identity-agent": "v1.3.10-eksbuild.1"}
        self.created: list[NewCluster | NewNodeGroup] = []
        self.asked: list[str] = []

    def settle(self) -> None:
        """Let everything that is on its way arrive."""
        self.clusters = {
            name: replace(c, status="ACTIVE") for name, c in self.clusters.items() if c.status != "DELETING"
        }
        for groups in self.groups.values():
            for name, group in list(groups.items()):
                if group.status == "DELETING":
                    del groups[name]
                elif group.status == "CREATING":
                    groups[name] = replace(group, status="ACTIVE")
        for addons in self.added.values():
            for name, addon in list(addons.items()):
                if addon.status == "DELETING":
                    del addons[name]
                elif addon.status == "CREATING":
                    addons[name] = replace(addon, status="ACTIVE")

    def break_node_group(self, cluster: str, name: str, status: str, *issues: Issue) -> None:
        """Let a node group fail."""
        self.groups.setdefault(cluster, {})[name] = NodeGroup(name, status, issues)

    def break_addon(self, cluster: str, name: str, status: str, *issues: Issue) -> None:
        """Let an add-on fail."""
        self.added.setdefault(cluster, {})[name] = Addon(name, "v1", status, issues)

    def cluster(self, name: str) -> Cluster | None:
        return self.clusters.get(name)

    def cluster_names(self) -> frozenset[str]:
        return frozenset(self.clusters)

    def cluster_versions(self) -> tuple[ClusterVersion, ...]:
        return self.versions

    def create_cluster(self, new: NewCluster) -> None:
        if new.name in self.clusters:
            raise ConflictError(f"Cluster already exists with name: {new.name}")
        self._note(f"create cluster {new.name}", new)
        self.clusters[new.name] = Cluster(new.name, new.version, "CREATING", dict(new.tags), deletion_protection=True)

    def set_deletion_protection(self, name: str, *, on: bool) -> None:
        self.asked.append(f"deletion protection of {name} {'on' if on else 'off'}")
        self.clusters[name] = replace(self.clusters[name], deletion_protection=on, status="UPDATING")

    def delete_cluster(self, name: str) -> None:
        if self.clusters[name].deletion_protection or self.groups.get(name):
            raise AwsRefusedError("eks:DeleteCluster", "InvalidRequestException", "protected, or with node groups")
        self.asked.append(f"delete cluster {name}")
        self.clusters[name] = replace(self.clusters[name], status="DELETING")

    def node_groups(self, cluster: str) -> tuple[NodeGroup, ...]:
        return tuple(self.groups.get(cluster, {}).values())

    def create_node_group(self, new: NewNodeGroup) -> None:
        if self.clusters[new.cluster].status != "ACTIVE":
            raise AwsRefusedError("eks:CreateNodegroup", "InvalidRequestException", "cluster is not ACTIVE")
        self._note(f"create node group {new.name}", new)
        self.groups.setdefault(new.cluster, {})[new.name] = NodeGroup(new.name, "CREATING")

    def delete_node_group(self, cluster: str, name: str) -> None:
        self.asked.append(f"delete node group {name}")
        self.groups[cluster][name] = NodeGroup(name, "DELETING")

    def addons(self, cluster: str) -> tuple[Addon, ...]:
        return tuple(self.added.get(cluster, {}).values())

    def newest_addon_version(self, addon: str, version: str) -> str | None:
        return self.newest.get(addon) if version else None

    def create_addon(
        self, cluster: str, addon: str, addon_version: str, token: str, tags: Mapping[str, str] | None = None
    ) -> None:
        assert token
        self.asked.append(f"create add-on {addon}")
        self.added.setdefault(cluster, {})[addon] = Addon(addon, addon_version, "CREATING")

    def delete_addon(self, cluster: str, addon: str) -> None:
        self.asked.append(f"delete add-on {addon}")
        self.added[cluster][addon] = replace(self.added[cluster][addon], status="DELETING")

    def access_entries(self, cluster: str, *, policies_of: Collection[str] = ()) -> tuple[AccessEntry, ...]:
        entries = self.entries.get(cluster, {}).values()
        return tuple(one if one.principal in policies_of else replace(one, policies=frozenset()) for one in entries)

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        cluster = self.clusters[arn.rpartition("/")[2]]
        self.clusters[cluster.name] = replace(cluster, tags={**cluster.tags, **tags})

    def untag(self, arn: str, keys: tuple[str, ...]) -> None:
        cluster = self.clusters[arn.rpartition("/")[2]]
        left = {key: value for key, value in cluster.tags.items() if key not in keys}
        self.clusters[cluster.name] = replace(cluster, tags=left)

    def create_access_entry(
        self, cluster: str, principal: str, groups: tuple[str, ...], token: str, kind: str = "STANDARD"
    ) -> None:
        assert token
        entries = self.entries.setdefault(cluster, {})
        if principal in entries:
            raise ConflictError("The specified access entry resource is already in use on this cluster.")
        self.asked.append(f"let in {principal}")
        entries[principal] = AccessEntry(principal, frozenset(groups), frozenset(), kind)

    def update_access_entry(self, cluster: str, principal: str, groups: tuple[str, ...], token: str) -> None:
        assert token
        self.asked.append(f"change the groups of {principal}")
        self.entries[cluster][principal] = replace(self.entries[cluster][principal], groups=frozenset(groups))

    def delete_access_entry(self, cluster: str, principal: str) -> None:
        self.asked.append(f"let out {principal}")
        self.entries.get(cluster, {}).pop(principal, None)

    def associate_policy(self, cluster: str, principal: str, policy: str) -> None:
        entry = self.entries[cluster][principal]
        self.entries[cluster][principal] = replace(entry, policies=entry.policies | {policy})

    def disassociate_policy(self, cluster: str, principal: str, policy: str) -> None:
        entry = self.entries[cluster][principal]
        self.entries[cluster][principal] = replace(entry, policies=entry.policies - {policy})

    def _note(self, words: str, new: NewCluster | NewNodeGroup) -> None:
        self.asked.append(words)
        self.created.append(new)
