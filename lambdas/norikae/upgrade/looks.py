"""How often a phase looks: as often as it asks for at first, and rarer once it takes longer than phases do."""

from __future__ import annotations

import math

USUAL_SHARE = 3
"""A phase that works is over in a third of its deadline; what takes longer is not missed by looking less often."""
LATENESS = 10
"""Looks come late by a tenth of the time spent at most."""


def next_look(retry_seconds: int, spent_seconds: float, deadline_seconds: int) -> int:
    """Seconds until the next look.

    Args:
        retry_seconds: what the phase asks for.
        spent_seconds: how long it has taken so far.
        deadline_seconds: when it is over; the look after it comes in time.
    """
    if spent_seconds * USUAL_SHARE <= deadline_seconds:
        return retry_seconds
    left = int(deadline_seconds - spent_seconds) + 1
    return max(retry_seconds, min(left, math.ceil(spent_seconds / LATENESS)))


def most_looks(deadline_seconds: int, retry_seconds: int) -> int:
    """How often a phase can look before its deadline is over."""
    at, looks = 0, 0
    while at <= deadline_seconds:
        at, looks = at + next_look(retry_seconds, at, deadline_seconds), looks + 1
    return looks
