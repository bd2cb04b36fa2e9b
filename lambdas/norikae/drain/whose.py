"""Which cluster a machine belongs to, and whether that is one of the environment's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.ports import Ports

NAMED_BY = ("eks:cluster-name", "eks:eks-cluster-name")
"""Tags whose value is the cluster: of managed node groups (EKS guide), of Karpenter (its docs, "NodeClasses")."""
OWNED = "kubernetes.io/cluster/"
"""Before the cluster's name in a tag of every node, whose value is ``owned`` (EKS guide, "Self-managed nodes")."""

Role = Literal["blue", "green", ""]


def cluster_of(tags: Mapping[str, str]) -> str:
    """The cluster that a machine's tags name; "" when they name none.

    Args:
        tags: key to value.
    """
    named = next((tags[key] for key in NAMED_BY if tags.get(key)), "")
    return named or next((key.removeprefix(OWNED) for key in sorted(tags) if _owns(key, tags[key])), "")


def _owns(key: str, value: str) -> bool:
    return key.startswith(OWNED) and value == "owned"


class Ours:
    """The clusters of the environment; the table is asked when a machine has a cluster, and once.

    Args:
        ports: the world.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._roles: dict[str, Role] | None = None

    def role(self, cluster: str) -> Role | None:
        """The role of a cluster, "" for one of ours that has none now; None for a foreign one.

        Args:
            cluster: its name; "" is foreign.
        """
        if not cluster:
            return None
        roles = self._known()
        if cluster in roles:
            return roles[cluster]
        prefix = re.escape(self._ports.environment.clusters.prefix)
        built = re.fullmatch(rf"{prefix}-\d+-\d+-[a-z]", cluster)  # as ``norikae.cluster.names.next_name`` names them
        return "" if built or cluster == self._ports.environment.clusters.adopt else None

    def _known(self) -> dict[str, Role]:
        if self._roles is None:
            known = read_clusters(self._ports.table, self._ports.environment.clusters.adopt)
            self._roles = {known.green: "green", known.blue: "blue"}
        return self._roles
