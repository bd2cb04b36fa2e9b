"""What is done now about every node that has to be emptied: one decision over all claims of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.drain.acts import Act, Evict, Mark, Turn
from norikae.drain.allowance import Allowance
from norikae.drain.ends import end_of
from norikae.drain.evictions import Moves, leaving, moves_of
from norikae.drain.finish import emptied, finished, joining, kept_alone, missing
from norikae.drain.hooks import answered, beat
from norikae.drain.node import TAINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.sight import Memory, Sight

LOOK_AGAIN = 10.0
"""Seconds until a node that only waits for people is looked at again."""


def decide(claims: Sequence[Claim], sight: Sight, memory: Memory) -> list[Turn]:
    """What is done about each claim at this instant; together they never take more than the budgets allow.

    The earliest deadline goes first and then one node after the other, so that nodes become empty one by one instead
    of all at the end.

    Args:
        claims: the open ones, as they were read.
        sight: the world.
        memory: what was answered in this slice.
    """
    allowance = Allowance(sight.budgets, memory.resting(sight.now))
    ordered = sorted(claims, key=lambda claim: (claim.deadline, claim.node, claim.instance))
    return [_with_beat(_turn(claim, sight, memory, allowance), sight) for claim in ordered]


def decide_blind(claims: Sequence[Claim], now: float, heartbeats: Sequence[tuple[str, int]] = ()) -> list[Turn]:
    """The same while the cluster cannot be read: hooks get their heartbeat, and what is past its end is given up."""
    sight = Sight_blind(now, heartbeats)
    return [_with_beat(_unseen(claim, now), sight) for claim in claims]


def _turn(claim: Claim, sight: Sight, memory: Memory, allowance: Allowance) -> Turn:
    ...
