"""Whether so much of a cluster is being drained that nobody should call it healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import TransientError

if TYPE_CHECKING:
    from norikae.drain.claim import Claim
    from norikae.ports import Ports

MOVING = frozenset({"marked", "draining", "blocked", "empty"})
"""States in which a node's pods are on their way, or have just gone."""


def too_many_drains(ports: Ports, cluster: str) -> str:
    """Why a cluster is no measure of anything at this moment, in words; "" when few enough of its nodes are drained.

    The claims are asked first: as long as there is none, nobody counts nodes. Nodes that cannot be counted are no
    proof that they are enough.

    Args:
        ports: the world.
        cluster: whose nodes; ``interruptions.unhealthy_percent`` says how many are too many.
    """
    going = [claim for claim in ports.claims.open(cluster) if is_being_drained(claim, ports.now)]
    if not going:
        return ""
    kinds = ", ".join(sorted({claim.kind for claim in going}))
    try:
        nodes = len(ports.kubernetes(cluster).list("nodes"))
    except TransientError as error:
        return f"{len(going)} nodes of {cluster} are being drained ({kinds}), of how many cannot be read: {error}"
    if len(going) * 100 < ports.environment.interruptions.unhealthy_percent * nodes:
        return ""
    return f"{len(going)} of {nodes} nodes of {cluster} are being drained ({kinds})"


def is_disturbed(ports: Ports, cluster: str) -> bool:
    """Whether pods of a cluster are on their way, so that fewer of them are ready than is usual."""
    return any(is_being_drained(claim, ports.now) for claim in ports.claims.open(cluster))


def is_being_drained(claim: Claim, now: float) -> bool:
    """Whether pods leave a node: not because it was only cordoned, or told of, and not before it is due."""
    return claim.kind != "launch" and claim.do == "drain" and claim.state in MOVING and claim.due <= now
