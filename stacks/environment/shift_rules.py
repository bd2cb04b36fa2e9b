"""What has to hold between the keys about failures of a shift, and about teams."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from stacks.environment.gate_rules import Values
from stacks.environment.lines import Path
from stacks.environment.schema import duration_text

KEEP_ALIVE = ("shift", "client_keep_alive")
STOPS = ("shift", "rollback", "stops")
DEADLINE, REMIND = ("shift", "team", "deadline"), ("shift", "team", "remind")
MOST_REMINDERS = 60
"""Each is a loop in the history of the shift (decision 007)."""


def stops_fall(values: Values) -> None:
    """The way back only ever lowers green's weight."""
    for place, (before, after) in enumerate(pairwise(values(*STOPS)), start=1):
        if after >= before:
            wrong = f"is {after} after {before}"
            values.mistake((*STOPS, place), wrong, "each stop must be lower than the one before it")


def keep_alive_exists(values: Values) -> None:
    """Elastic Load Balancing takes 60 to 604800 seconds (``LoadBalancerAttribute``, botocore's model)."""
    wanted = values(*KEEP_ALIVE)
    if wanted and not 60 <= wanted <= 604800:  # noqa: PLR2004 - its limits
        values.mistake(KEEP_ALIVE, f"is {duration_text(wanted)}", "say 0s, or at least 1m and at most 7d")


def reminders_fit(values: Values) -> None:
    """A team is reminded at least once, and not without end."""
    deadline, remind = values(*DEADLINE), values(*REMIND)
    if deadline < remind:
        wrong = f"is {duration_text(deadline)}, shorter than shift.team.remind {duration_text(remind)}"
        values.mistake(DEADLINE, wrong, "make it at least as long, or remind more often")
    elif deadline // remind > MOST_REMINDERS:
        wrong = f"is {duration_text(remind)}, which is {deadline // remind} reminders by shift.team.deadline"
        values.mistake(REMIND, wrong, f"remind at most {MOST_REMINDERS} times")


SHIFT_RULES: tuple[tuple[tuple[Path, ...], Callable[[Values], None]], ...] = (
    ((STOPS,), stops_fall),
    ((KEEP_ALIVE,), keep_alive_exists),
    ((DEADLINE, REMIND), reminders_fit),
)
"""Each rule with the keys that it reads."""
