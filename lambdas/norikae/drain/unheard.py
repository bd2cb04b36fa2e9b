"""What EC2 and Auto Scaling know of machines and no event told, or no event was understood in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain.claim import UNTOUCHED
from norikae.drain.interruption import FINAL, TAKEN_BACK, Interruption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.interruption import Hook, Kind
    from norikae.drain.ports import Impairment, Waiting

STATUS_CHECKS = frozenset({"system-impaired", "instance-impaired"})
OURS = "status/"
"""Begins the ids of events that nobody sent: they are made of what EC2 answers."""
SAME_START = 60
"""Seconds by which the start of one maintenance may differ in AWS Health and in EC2."""


def waiting(held: Iterable[Waiting], claim_of: Callable[[str], Claim | None], now: float) -> Iterator[Interruption]:
    """Lifecycle actions that no claim answers for.

    Args:
        held: instances that Auto Scaling holds.
        claim_of: the claim on an instance, also when it is finished.
        now: the instant, in seconds since the epoch.
    """
    for one in held:
        claim = claim_of(one.instance)
        if one.hooks and not (claim and _answered_by(claim, one)):
            hook = one.hooks[0]  # the others are answered once its claim is finished
            kind: Kind = "scaling" if one.transition == "terminating" else "launch"
            event = f"{OURS}{one.instance}/{hook.group}/{hook.name}"
            yield Interruption(kind, one.instance, now, event, hook=hook, detail=one.transition)


def unanswered(held: Iterable[Waiting], claim_of: Callable[[str], Claim | None]) -> Iterator[tuple[Hook, str]]:
    """Lifecycle actions, with their instances, that still wait after their claim was finished.

    The answer was lost, or the group has several hooks, whose actions begin together, while a claim answers for one.
    """
    for one in held:
        claim = claim_of(one.instance)
        if claim is None or claim.is_open or claim.outcome in UNTOUCHED:  # somebody else answers where we only tell
            continue
        if _answered_by(claim, one) is not None:
            yield from ((hook, one.instance) for hook in one.hooks)


def _answered_by(claim: Claim, one: Waiting) -> Hook | None:
    """The lifecycle action that a claim answers for, when that is what the instance waits for."""
    if not claim.is_open and claim.hook is None and one.transition == "terminating" and set(claim.kinds) & FINAL:
        return next(iter(one.hooks), None)  # the node is done with, so nothing is left to be claimed
    mine = claim.hook
    waits = mine is not None and any((mine.group, mine.name) == (hook.group, hook.name) for hook in one.hooks)
    return mine if waits else None


def impaired(
    found: Iterable[Impairment], claim_of: Callable[[str], Claim | None], now: float
) -> Iterator[Interruption]:
    """Failed status checks and scheduled events of EC2 that no claim knows.

    Args:
        found: what EC2 says.
        claim_of: the claim on an instance, also when it is finished.
        now: the instant, in seconds since the epoch.
    """
    for one in found:
        claim = claim_of(one.instance)
        event = f"{OURS}{one.instance}/{one.what}/{one.since:.0f}"
        if claim is not None and event in claim.events:
            continue
        if one.what in STATUS_CHECKS:
            yield Interruption("impaired", one.instance, now, event, detail=one.what)
        elif not _is_announced(claim, one):
            yield Interruption("scheduled", one.instance, now, event, ends_at=one.since, detail=one.what)


def _is_announced(claim: Claim | None, one: Impairment) -> bool:
    """Whether AWS Health told of the same maintenance before."""
    if claim is None or "scheduled" not in claim.kinds or claim.ends_at is None:
        return False
    return abs(claim.ends_at - one.since) <= SAME_START


def recovered(claims: Sequence[Claim], found: Sequence[Impairment], now: float) -> Iterator[Interruption]:
    """Open claims of which only EC2's own word is left, which it does not give any more.

    What AWS Health announced is left to AWS Health, because EC2 does not know of everything that it announces.
    """
    still = {one.instance for one in found}
    for claim in claims:
        only_status = set(claim.kinds) <= TAKEN_BACK and claim.events
        if only_status and all(event.startswith(OURS) for event in claim.events) and claim.instance not in still:
            event = f"{OURS}{claim.episode}/over"
            yield Interruption(claim.kind, claim.instance, now, event, cancelled=True, detail="status checks pass")
