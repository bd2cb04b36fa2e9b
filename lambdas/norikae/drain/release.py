"""Taking our mark off a node that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain.interruption import TAKEN_BACK
from norikae.drain.marks import without_mark
from norikae.drain.node import EPISODE, TAINT

if TYPE_CHECKING:
    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.ports import Yard

COMES_BACK = TAKEN_BACK | {"rebalance"}
"""Kinds after which a machine may go on as before."""
AFTER_MAINTENANCE = 3600
"""Seconds after the announced start in which a machine may be rebooted or moved."""
LOOKS_EVERY = 600
"""Seconds between two looks at all nodes while nothing is being drained.

A mark is orphaned only when a function dies between two calls, and it costs a node's room, not a request: not worth
reading thousands of nodes every minute. While a claim is open the look is worth it, because then marks come and go.
"""


def is_ours(node: Node) -> bool:
    """Whether a node carries a mark of ours, whole enough to know whose it is."""
    return EPISODE in node.annotations and any(taint.key == TAINT for taint in node.taints)


def take_off(yard: Yard, node: Node) -> None:
    """The node takes pods and traffic again, unless somebody had cordoned it before; what others put there stays.

    Raises:
        ConflictError: the node was changed since it was read.
    """
    yard.patch_node(node.name, without_mark(node))


def is_over(claim: Claim, now: float) -> bool:
    """Whether a cordon or a drained node that was not taken away takes pods again."""
    if not set(claim.kinds) <= COMES_BACK:
        return False
    if claim.ends_at is None:
        return now >= claim.deadline
    return now >= max(claim.deadline, claim.ends_at) + AFTER_MAINTENANCE  # a start may have passed when it is announced


def is_time_to_look(now: float) -> bool:
    """Whether the look of this minute reads all nodes."""
    return now % LOOKS_EVERY < 60  # noqa: PLR2004 - seconds between two looks of any kind
