"""Where clusters are built and taken down, as far as the core has to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.cluster.compute_port import Compute
    from norikae.cluster.eks_port import Eks
    from norikae.cluster.identity_port import Identity
    from norikae.cluster.orphans_port import Orphans
    from norikae.cluster.ports import Kubernetes
    from norikae.ports import Ports


@dataclass(frozen=True, slots=True)
class Site:
    """What building and deleting a cluster needs of the world.

    Args:
        eks: control planes, managed node groups, add-ons, access entries.
        compute: self-managed nodes.
        identity: the AWS roles of pods.
        kubernetes: connects to a cluster by name.
        orphans: what a cluster's controllers left behind.
    """

    eks: Eks
    compute: Compute
    identity: Identity
    kubernetes: Callable[[str], Kubernetes]
    orphans: Orphans

    @classmethod
    def of(cls, ports: Ports) -> Site:
        """The site of an invocation."""
        return cls(ports.eks, ports.compute, ports.identity, ports.kubernetes, ports.orphans)
