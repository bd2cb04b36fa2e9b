"""How the drain of one node ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.drain.acts import Turn, Unmark
from norikae.drain.ends import end_of, machine_goes
from norikae.drain.hooks import answered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.claim import Claim, Outcome
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod
    from norikae.drain.sight import Sight

LATE_JOIN = 30.0
"""Seconds after the first word in which a machine may still become a node (an interruption can overtake its start)."""
SETTLES = 5.0
"""Seconds after the beginning in which the scheduler may still bind a pod that it had placed before the mark."""
SPOT_TARGET = 20.0
"""Seconds that a spot machine waits at most for its load balancers: its two minutes belong to the pods."""
JOINS = 5.0
"""Seconds between two looks whether a machine has become a node."""
LOOK = 2.0
"""Seconds between two looks at volumes and targets."""
SURE_THAT_IT_RUNS = 10.0
"""Seconds after which EC2's word that a machine runs counts against an event that says that it ends."""


def finished(before: Claim, outcome: Outcome, now: float, *, left: Sequence[Pod] | None = ()) -> Turn:
    """The claim is finished, and its lifecycle action answered if that waits for us.

    Args:
        before: as it was read.
        outcome: how it ended.
        now: the instant.
        left: pods that are still there, which are lost if the machine goes; None when nobody could look.
    """
    claim, acts = answered(before)
    count = before.left if left is None else len(left)
    lost = tuple(sorted(pod.key for pod in left or ())) if machine_goes(before) else ()
    claim = msgspec.structs.replace(
        claim, state="finished", outcome=outcome, finished_at=now, left=count, lost=lost, pods=max(before.pods, count)
    )
    return Turn(before=before, claim=claim, acts=acts)


def answered_late(before: Claim) -> Turn:
    """A lifecycle action that came after the end is answered; nothing else of how it ended changes."""
    claim, acts = answered(before)
    return Turn(before=before, claim=msgspec.structs.replace(claim, state="finished"), acts=acts)


def emptied(before: Claim, sight: Sight, *, marked: bool) -> Turn:
    """No pod is left that has to move: volumes and targets follow, as far as there is time, then it is finished.

    Args:
        before: as it was read.
        sight: the world.
        marked: whether the node was marked when its pods were read.
    """
    now = sight.now
    claim = msgspec.structs.replace(before, state="empty", left=0, blocked_by=())
    settled = max(before.began, before.due) + SETTLES if marked else now + SETTLES
    if now < settled and now < before.deadline:
        at = min(settled, before.deadline)
        return Turn(before=before, claim=before, waits_for="pods that were placed before the mark", at=at)
    waiting = [what for what, until in _rest(before, sight) if now < until]
    if not waiting:
        return finished(before, "drained", now)
    return Turn(before=before, claim=claim, waits_for=" and ".join(waiting), on="facts", at=now + LOOK)


def _rest(claim: Claim, sight: Sight) -> list[tuple[str, float]]:
    """What an empty node still waits for, each with the instant until which it may."""
    rest = []
    if sight.attached.get(claim.instance, 0):
        rest.append(("volumes to be detached", claim.deadline))
    if sight.targets.get(claim.instance):
        patience = claim.began + SPOT_TARGET if "spot" in claim.kinds else claim.deadline
        rest.append(("load balancers to let the machine go", min(patience, claim.deadline)))
    return rest


def missing(before: Claim, now: float) -> Turn:
    """There is no node: unless it may still join, that is the end."""
    again = before.began + LATE_JOIN
    if not before.node and now < min(again, end_of(before)):
        return Turn(before=before, claim=before, waits_for="a node that may still join", at=again)
    return finished(before, "gone", now)


def kept_alone(before: Claim, node: Node, sight: Sight) -> Turn | None:
    """The end of a claim whose machine runs after all, with a node that is Ready; None when it does not."""
    if before.kind != "state-change" or not node.ready or not sight.running.get(before.instance):
        return None
    sure = before.began + SURE_THAT_IT_RUNS
    if sight.now < sure:
        return Turn(before=before, claim=before, waits_for="EC2 to say whether the machine runs", at=sure)
    turn = finished(before, "cancelled", sight.now)
    return Turn(before=before, claim=turn.claim, acts=(*turn.acts, Unmark(node)))


def joining(before: Claim, node: Node | None, now: float) -> Turn:
    """A launched machine is let into service once its node is Ready, or when its time is over.

    One that is kept in a warm pool is let go at once: nobody waits for it there.
    """
    if before.detail == "launch-to-warm-pool" or (node is not None and node.ready):
        return finished(before, "joined", now)
    if now >= before.deadline:
        return finished(before, "gone", now)
    return Turn(before=before, claim=before, waits_for="the node to be Ready", at=min(now + JOINS, before.deadline))
