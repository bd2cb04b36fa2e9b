"""What is done now about every node that has to be emptied: one decision over all claims of a cluster."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import msgspec

from norikae.drain.acts import Act, Evict, Mark, On, Turn
from norikae.drain.allowance import Allowance
from norikae.drain.ends import end_of, machine_goes
from norikae.drain.evictions import Moves, leaving, moves_of
from norikae.drain.finish import answered_late, emptied, finished, joining, kept_alone, missing
from norikae.drain.hooks import answered, beat
from norikae.drain.marks import is_marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod
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


def _turn(claim: Claim, sight: Sight, memory: Memory, allowance: Allowance) -> Turn:
    """One claim: what needs no look at the cluster first."""
    now = sight.now
    if claim.outcome:
        return answered_late(claim)
    if claim.do in {"off", "notify"}:
        return finished(claim, "told", now)
    if now < claim.due:
        return Turn(before=claim, claim=claim, waits_for="the instant at which it is due", at=claim.due)
    if claim.instance in sight.unseen:
        return _unseen(claim, now)
    node = sight.nodes.get(claim.instance)
    if claim.kind == "launch":
        turn = joining(claim, node, now)
    elif node is not None:
        turn = kept_alone(claim, node, sight) or _by_policy(claim, node, sight, memory, allowance)
    else:
        turn = missing(claim, now)
    if node is None:
        return turn
    return dataclasses.replace(turn, claim=msgspec.structs.replace(turn.claim, node=node.name))


def _by_policy(claim: Claim, node: Node, sight: Sight, memory: Memory, allowance: Allowance) -> Turn:
    if claim.do == "dry-run":
        return _tried(claim, sight.pods[claim.instance], memory, allowance, sight.now)
    is_over = sight.now >= end_of(claim)
    mark: tuple[Act, ...] = () if is_marked(node) or is_over else (Mark(node),)  # one that is refused keeps nobody
    if claim.do == "cordon" and is_over and not is_marked(node):
        return finished(claim, "deadline-passed" if machine_goes(claim) else "kept", sight.now)
    if claim.do == "cordon":
        after, acts = answered(claim)
        return Turn(before=claim, claim=msgspec.structs.replace(after, state="marked"), acts=(*mark, *acts))
    moves = moves_of(claim, sight.pods[claim.instance], allowance, memory, sight.now)
    if not moves.left:
        turn = emptied(claim, sight, marked=not mark)
    elif is_over:
        turn = finished(claim, "deadline-passed", sight.now, left=moves.left)
    else:
        turn = _draining(claim, moves, sight.now)
    return turn.preceded_by(mark)


def _draining(claim: Claim, moves: Moves, now: float) -> Turn:
    """Pods are left: they are asked to go, they end, or something keeps them."""
    blocked_by = tuple(sorted(moves.blocked_by))
    after = msgspec.structs.replace(
        claim,
        state="blocked" if blocked_by else "draining",
        blocked_by=blocked_by,
        pods=max(claim.pods, len(moves.left)),
        left=len(moves.left),
        pdb_bypassed=tuple(sorted({*claim.pdb_bypassed, *moves.bypassed})),
    )
    waits_for = f"{len(moves.left)} pods" + (f", kept by {', '.join(blocked_by)}" if blocked_by else "")
    on: On = "budgets" if moves.later else "graces" if moves.going else "world"
    at = min(moves.at, end_of(claim), now + LOOK_AGAIN)
    return Turn(before=claim, claim=after, acts=tuple(moves.acts), waits_for=waits_for, on=on, at=at)


def _tried(claim: Claim, pods: Sequence[Pod], memory: Memory, allowance: Allowance, now: float) -> Turn:
    """A dry run: every pod is asked about once, and that is all."""
    left = leaving(pods, claim.kind)
    if untried := [pod for pod in left if pod.uid not in memory.tried]:
        acts = tuple(Evict(pod, dry_run=True) for pod in untried)
        return Turn(
            before=claim, claim=claim, acts=acts, waits_for="answers to a dry run", at=max(now, memory.quiet_until)
        )
    keeping = {reason for pod in left for reason in _reasons(pod, memory, allowance)}
    turn = finished(claim, "dry-run", now)
    after = msgspec.structs.replace(turn.claim, pods=len(left), left=len(left), blocked_by=tuple(sorted(keeping)))
    return dataclasses.replace(turn, claim=after)


def _reasons(pod: Pod, memory: Memory, allowance: Allowance) -> list[str]:
    answer = memory.tried[pod.uid]
    if answer.said in {"going", "gone"}:
        return []
    if answer.said == "budget":
        return [budget.key for budget in allowance.covering(pod)]
    return [f"{pod.key}: {answer.text or answer.said}"]


def _unseen(claim: Claim, now: float) -> Turn:
    """The cluster does not answer: past its end there is nothing to wait for."""
    if now >= end_of(claim):
        return finished(claim, "deadline-passed", now, left=None)
    return Turn(
        before=claim, claim=claim, waits_for="the API server to answer", at=min(end_of(claim), now + LOOK_AGAIN)
    )


def _with_beat(turn: Turn, sight: Sight) -> Turn:
    """The turn, with a heartbeat before everything else when the lifecycle action needs one and is not answered now."""
    if not turn.claim.is_open:
        return turn
    return turn.preceded_by(beat(turn.claim, sight.heartbeats.get(turn.claim.instance, 0), sight.now))
