"""What it costs to keep two clusters: the part with a fixed price, and the rest counted; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

HOURS = 24
STANDARD, EXTENDED = 0.10, 0.60
"""US dollars per control plane and hour, in every commercial region (Amazon EKS pricing, "Cluster pricing")."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A cluster that is kept.

    Args:
        name: the cluster.
        support: the support status of its version, such as ``STANDARD_SUPPORT``.
        nodes: how many nodes it has; None when it cannot say.
    """

    name: str
    support: str
    nodes: int | None


def cost_per_day(clusters: Iterable[Kept]) -> str:
    """A day in words: control planes in dollars, nodes by number, since their price is the account's own."""
    kept = tuple(clusters)
    planes = sum(HOURS * (EXTENDED if one.support == "EXTENDED_SUPPORT" else STANDARD) for one in kept)
    nodes = ", ".join(f"{'the' if one.nodes is None else one.nodes} nodes of {one.name}" for one in kept)
    return f"{planes:.2f} USD a day for {len(kept)} control planes, besides {nodes} and their load balancers"
