"""How often the end of a singleton is looked for: soon at first, since most things end soon, then once a minute."""

FIRST_LOOK, LAST_LOOK = 5, 60
"""Seconds until the next look, at first and at last; they double while nothing else happens."""


def next_look(spent_seconds: float) -> int:
    """Seconds until the next look, by what the hand-off has taken so far."""
    return min(LAST_LOOK, max(FIRST_LOOK, int(spent_seconds)))


def most_looks(deadline_seconds: int) -> int:
    """How often one hand-off can be looked at before its deadline."""
    at, looks = 0, 0
    while at <= deadline_seconds:
        at, looks = at + next_look(at), looks + 1
    return looks
