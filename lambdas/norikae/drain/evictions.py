"""Which pods of one node are asked to go now, and which are made to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from norikae.drain.acts import NEVER, Delete, Evict
from norikae.drain.allowance import Leave
from norikae.drain.ends import machine_goes
from norikae.drain.filter import DO_NOT_EVICT, fate
from norikae.drain.tiers import first_tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.allowance import Allowance
    from norikae.drain.claim import Claim
    from norikae.drain.pod import Pod
    from norikae.drain.sight import Memory

LEAST_GRACE = 1
"""Seconds; with 0 a pod leaves the API while its containers still run (Kubernetes docs, "Forced Pod termination")."""


@dataclass(slots=True)
class Moves:
    """What is to be done about the pods of one node.

    Args:
        acts: evictions and deletions of this instant.
        left: pods that still have to go.
        blocked_by: what keeps pods for good, in words: their budgets, or why the API server refuses.
        later: whether a budget keeps pods only until others are back.
        going: whether pods end, or have been asked to.
        bypassed: pods that are deleted against a budget now.
        at: when the next pod is made to go.
    """

    acts: list[Evict | Delete] = field(default_factory=list)
    left: tuple[Pod, ...] = ()
    blocked_by: set[str] = field(default_factory=set)
    later: bool = False
    going: bool = False
    bypassed: list[str] = field(default_factory=list)
    at: float = NEVER


def leaving(pods: Sequence[Pod], kind: str) -> tuple[Pod, ...]:
    """The pods that a node has to lose before it is empty."""
    return tuple(pod for pod in pods if fate(pod, kind) != "stays")


def moves_of(claim: Claim, pods: Sequence[Pod], allowance: Allowance, memory: Memory, now: float) -> Moves:
    """What is done about the pods of a node at this instant.

    Args:
        claim: the node's.
        pods: all that are bound to it.
        allowance: of all nodes together; what is granted here is not granted again.
        memory: of this slice.
        now: the instant.
    """
    moves = Moves(left=leaving(pods, claim.kind))
    if now < memory.quiet_until:
        moves.at = memory.quiet_until
        return moves
    for pod in first_tier(moves.left) if now < claim.deadline else moves.left:
        if pod.deleted_at is not None:
            moves.going = True
            _hasten(moves, pod, pod.deleted_at, claim, memory, now)
        elif memory.is_asked(pod, now) and pod.uid not in memory.refused:
            moves.going = True
        else:
            _move(moves, pod, claim, allowance, memory, now)
    moves.going |= bool(moves.acts)
    return moves


def _move(moves: Moves, pod: Pod, claim: Claim, allowance: Allowance, memory: Memory, now: float) -> None:
    """Evict a pod if it may go; otherwise delete it once its grace would no longer fit, if the policy says so."""
    hold = _hold(pod, claim, memory)
    leave = allowance.take(pod) if not hold else Leave("never", hold)
    left = claim.deadline - now
    forced_at = claim.deadline - pod.grace_seconds if claim.budgets == "bypass-at-deadline" else NEVER
    if leave.said == "granted":
        shorter = machine_goes(claim) and pod.grace_seconds > left
        moves.acts.append(Evict(pod, leave.budgets, _grace(pod, left) if shorter else None))
    elif now >= forced_at:
        moves.acts.append(Delete(pod, _grace(pod, left)))
        moves.bypassed.append(pod.key)
    else:
        moves.later |= leave.said == "later"
        moves.blocked_by |= set(leave.budgets) if leave.said == "never" else set()
        moves.at = min(moves.at, forced_at)


def _hold(pod: Pod, claim: Claim, memory: Memory) -> tuple[str, ...]:
    """What keeps a pod besides its budgets, in words."""
    if pod.uid in memory.refused:
        return (f"{pod.key}: {memory.refused[pod.uid]}",)
    if fate(pod, claim.kind) == "kept":
        return (f"{pod.key}: {DO_NOT_EVICT}",)
    return ()


def _hasten(moves: Moves, pod: Pod, ends: float, claim: Claim, memory: Memory, now: float) -> None:
    """A pod whose grace ends after its machine is asked once more, with less.

    That needs no budget and no right to delete: the eviction API passes a pod that ends already on to deletion, where
    a grace period can only become shorter. As long as its whole grace fits before the deadline there is nothing to
    gain, whatever the API server's clock makes of its end.
    """
    left = claim.deadline - now
    if pod.grace_seconds <= left:
        return
    if ends > claim.deadline + LEAST_GRACE and machine_goes(claim) and not memory.is_asked(pod, now):
        moves.acts.append(Evict(pod, grace_seconds=_grace(pod, left)))


def _grace(pod: Pod, left: float) -> int:
    return max(LEAST_GRACE, min(pod.grace_seconds, int(left)))
