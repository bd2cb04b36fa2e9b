"""What has to hold between the keys about nodes whose machines go away."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from norikae.drain.windows import window_seconds, window_times
from stacks.environment.gate_rules import Values
from stacks.environment.lines import Path
from stacks.environment.schema import duration_text

PART = ("interruptions",)
CLUSTERS = (*PART, "clusters")
ROLES = ("blue", "green")
DRAIN, DEADLINE = ("decommission", "drain"), ("clusters", "delete_deadline")


def _scheduled(values: Values) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every policy for maintenance, with the place where it is written."""
    yield (*PART, "scheduled"), values(*PART, "scheduled")
    for name, policies in values(*CLUSTERS).items():
        if policies.get("scheduled"):
            yield (*CLUSTERS, name, "scheduled"), policies["scheduled"]


def windows_are_hours(values: Values) -> None:
    """A window has a length, and clocks that somebody knows."""
    for path, policy in _scheduled(values):
        if not window_seconds(*window_times(policy["window"])):
            right = "end it later, or say when: immediate"
            values.mistake((*path, "window"), f'is "{policy["window"]}", which is no time at all', right)
        wanted = policy["timezone"]
        if not _is_known(wanted):
            close = difflib.get_close_matches(wanted, available_timezones(), n=1)
            right = f"did you mean `{close[0]}`?" if close else "write a name such as UTC, Asia/Tokyo or Europe/Berlin"
            values.mistake((*path, "timezone"), f'is "{wanted}", which is no time zone', right)


def clusters_are_known(values: Values) -> None:
    """A policy for a cluster that cannot exist would be no policy, and nobody would see it."""
    prefix, adopt = values("clusters", "prefix"), values("clusters", "adopt")
    for name in values(*CLUSTERS):
        if name not in {*ROLES, adopt} and not name.startswith(f"{prefix}-"):
            right = f"write blue, green, {adopt}, or a name that begins with {prefix}-"
            values.mistake((*CLUSTERS, name), "is no cluster of this environment", right)


def drain_fits_into_the_deletion(values: Values) -> None:
    """The span of the deletion holds the drain, and has to leave time for the nodes and the cluster."""
    drain, deadline = values(*DRAIN), values(*DEADLINE)
    if drain and drain >= deadline:
        wrong = f"is {duration_text(drain)}, as long as clusters.delete_deadline {duration_text(deadline)} or longer"
        values.mistake(DRAIN, wrong, "make it shorter, or that longer: deleting the cluster comes after it")


def _is_known(timezone: str) -> bool:
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):  # unknown, a path, a folder of the database
        return False
    return True


INTERRUPTION_RULES: tuple[tuple[tuple[Path, ...], Callable[[Values], None]], ...] = (
    ((PART,), windows_are_hours),
    ((CLUSTERS, ("clusters", "prefix"), ("clusters", "adopt")), clusters_are_known),
    ((DRAIN, DEADLINE), drain_fits_into_the_deletion),
)
"""Each rule with the keys that it reads."""
