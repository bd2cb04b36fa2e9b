"""How often green's replicas are looked for: soon at first, since most pods start soon, then ever more rarely."""

FIRST_LOOK, LAST_LOOK = 10, 150
"""Seconds until the next look, at first and at last; they double with what the wait has taken."""

RENEWED = 300
"""Seconds that whoever resumes gives green's pods once more; a history has no room for the whole deadline each time."""

SETTLING = 90
"""Seconds after which an autoscaler has measured the traffic that a change of weights brings, TTLs apart.

It asks for metrics every 15 s (``--horizontal-pod-autoscaler-sync-period``), metrics-server scrapes as often and
averages over two scrapes, and 30 s are to spare. A smaller recommendation from before does not count from then on:
while scaling in, the largest of the last five minutes is taken (``horizontal.go``, stabilizeRecommendation).
"""


def next_look(spent_seconds: float) -> int:
    """Seconds until the next look, by what the wait has taken so far."""
    return min(LAST_LOOK, max(FIRST_LOOK, int(spent_seconds)))


def most_looks(deadline_seconds: int, holds: int) -> int:
    """How often one shift can look for green's replicas, when it was held and resumed so often."""
    at, looks = 0, 1
    while at <= deadline_seconds:
        at, looks = at + next_look(at), looks + 1
    return looks + holds * (min(deadline_seconds, RENEWED) // LAST_LOOK + 2)
