"""How long a shift may be looked at: Step Functions ends an execution at 25,000 events of history.

Source: Step Functions guide, "Avoid reaching the history quota". The arithmetic is decision 007; a test computes the
same from the state machine itself.
"""

from math import ceil

from norikae.capacity.looks import most_looks as looks_to_scale
from norikae.environment import Dns, Shift
from norikae.singletons.looks import most_looks

MOST_LOOKS = 790
"""Looks that fit into 8,450 events, with three holds and twenty closed windows; a look is a Wait, a Task, a Choice."""

SETTLED = 2
"""Looks at what norikae has enlarged: one waits until autoscalers have measured, one gives it back."""

BAKES_ANEW = 3
"""How often the steps of one shift bake once more because green was synced meanwhile; then it holds."""

LOOKS_AT_DRAINS = 40
"""Looks of one shift that may wait until fewer of green's nodes are being drained, and for secrets; then it holds."""


def whole_bake(bake_seconds: int, shift: Shift, dns: Dns) -> int:
    """How long a weight is watched, in seconds since it was read back from name servers that are all INSYNC.

    Propagation is over by then, and counts from the write; resolvers may answer by the older weight for one TTL more,
    and what was asked at the end of that is in CloudWatch only after its delay. So a weight is in force for at least
    propagation + answer TTL + metrics delay before it may be called good, whatever is configured.

    Args:
        bake_seconds: what the team or the environment wishes.
        shift: its thresholds say how late metrics come.
        dns: its answer TTL.
    """
    return max(bake_seconds, dns.answer_ttl + shift.thresholds.metrics_delay)


def looks_of_a_shift(shift: Shift, dns: Dns, *, steps: int, bake_seconds: int) -> int:
    """How often a shift is looked at in the worst case: every change stays PENDING, every bake ends without a verdict.

    Args:
        shift: its poll and limit.
        dns: its polls and limits.
        steps: how many weights.
        bake_seconds: how long each is watched.
    """
    holds = 3
    pending = looks_until_in_sync(dns)
    baking = ceil(whole_bake(bake_seconds, shift, dns) / shift.poll)
    inconclusive = shift.thresholds.inconclusive_limit
    there_and_back = 2 * (most_looks(shift.hand_off_deadline) + SETTLED) + looks_to_scale(shift.scale_deadline, holds)
    bakes = (steps + holds) * (baking + inconclusive + pending) + BAKES_ANEW * (baking + inconclusive) + LOOKS_AT_DRAINS
    return bakes + there_and_back + looks_of_a_rollback(shift, dns) + shift.team.deadline // shift.team.remind + 1


SOON = 60
"""Changes "generally propagate to all Route 53 authoritative DNS servers within 60 seconds" (API reference)."""


HURRY = 5
"""Seconds between two looks at a change on the way back, at first: whoever goes back serves somebody badly."""


LEFT_BY_THE_WRITER = 60
"""Seconds after which the way back writes by itself what the zone's writer has left (decision 011)."""


def propagation_pause(dns: Dns, waited_seconds: float, *, hurry: bool = False) -> int:
    """Until the next look at a change that is PENDING: rarer once it takes longer than usual.

    Args:
        dns: its polls.
        waited_seconds: how long it has been PENDING.
        hurry: it is on the way back to blue.
    """
    if waited_seconds >= SOON:
        return 2 * dns.propagation_poll
    return min(HURRY, dns.propagation_poll) if hurry else dns.propagation_poll


def looks_until_in_sync(dns: Dns, *, hurry: bool = False) -> int:
    """How often a change is looked at before it has been PENDING for too long."""
    looks, waited = 1, propagation_pause(dns, 0, hurry=hurry)
    while waited <= dns.propagation_deadline:
        looks, waited = looks + 1, waited + propagation_pause(dns, waited, hurry=hurry)
    return looks


def looks_of_a_rollback(shift: Shift, dns: Dns) -> int:
    """How often a way back is looked at in the worst case: at every stop Route 53 and blue take all their time.

    Args:
        shift: its stops and deadlines.
        dns: its polls and limits.
    """
    rollback = shift.rollback
    stops = len(rollback.stops)
    short = rollback.capacity_deadline // shift.poll + 2
    unwritten = stops  # one more look when the zone's writer does not come
    return looks_until_in_sync(dns, hurry=True) + (stops + 1) * short + stops + unwritten


def too_long(shift: Shift, dns: Dns, *, steps: int, bake_seconds: int) -> str:
    """Why a shift would not fit into its history, in words; empty when it does."""
    looks = looks_of_a_shift(shift, dns, steps=steps, bake_seconds=bake_seconds)
    if looks <= MOST_LOOKS:
        return ""
    return f"{steps} steps of {bake_seconds} s need {looks} looks, {MOST_LOOKS} fit into a history"
