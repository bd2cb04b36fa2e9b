"""What has to hold between the keys that are about gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from stacks.environment.lines import Path
from stacks.environment.schema import duration_text

GATES = ("shift", "gates")
BACKGROUND = ("shift", "background")
LIMITS = ("shift", "limits")
THRESHOLDS = ("shift", "thresholds")
NEEDED = {"cloudwatch-alarm": ("cloudwatch_alarm", "alarms"), "cloudwatch-query": ("cloudwatch_query", "queries")}
"""What a gate needs before it can say anything."""


class Values(Protocol):
    """The completed values of a document, and a way to note what is wrong with them."""

    def __call__(self, *path: str | int) -> Any:  # noqa: ANN401 - any value of the file
        """The value at a path."""

    def mistake(self, path: Path, wrong: str, right: str) -> None:
        """Note a mistake."""


def _each_gate_has_one_patience(values: Values) -> None:
    seen: set[str] = set()
    for place, entry in enumerate(values(*LIMITS)):
        for gate in entry["gates"]:
            if gate in seen:
                values.mistake((*LIMITS, place, "gates"), f"has {gate} again", "name each gate in one entry only")
            seen.add(gate)


def _limits_have_an_interval_or_a_count(values: Values) -> None:
    for place, entry in enumerate(values(*LIMITS)):
        if not entry["interval"] and not entry["count"]:
            right = "write interval (how often they are measured), count (how many measurements decide), or both"
            values.mistake((*LIMITS, place), "has neither an interval nor a count", right)


def _success_is_possible(values: Values) -> None:
    for place, entry in enumerate(values(*LIMITS)):
        if entry["count"] and entry["success_limit"] > entry["count"]:
            wrong = f"is {entry['success_limit']}, above count {entry['count']}"
            values.mistake((*LIMITS, place, "success_limit"), wrong, "lower it or raise count")


def _measurements_fit_into_a_bake(values: Values) -> None:
    bake = values("shift", "bake")
    for place, entry in enumerate(values(*LIMITS)):
        needed = entry["initial_delay"] + max(0, entry["count"] - 1) * max(entry["interval"], values("shift", "poll"))
        if needed > bake:
            wrong = f"needs {duration_text(needed)} until the last measurement, the bake has {duration_text(bake)}"
            values.mistake((*LIMITS, place), wrong, "take fewer or begin sooner, or make shift.bake longer")


def _no_count_in_the_background(values: Values) -> None:
    """What has been decided is not measured again, so a count would leave the soak unwatched."""
    for place, entry in enumerate(values(*LIMITS)):
        both = [gate for gate in entry["gates"] if gate in values(*BACKGROUND)]
        if entry["count"] and both:
            wrong = f"decides {', '.join(both)} after {entry['count']} measurements, but shift.background has it"
            values.mistake((*LIMITS, place, "count"), wrong, "write an interval for it instead")


def _gates_have_what_they_judge(values: Values) -> None:
    for path in (GATES, BACKGROUND):
        for gate, (part, key) in NEEDED.items():
            if gate in values(*path) and not values(*THRESHOLDS, part, key):
                right = f"write shift.thresholds.{part}.{key}"
                values.mistake(path, f"has {gate}, which has nothing to judge by", right)


def _floors_are_below(values: Values) -> None:
    """A floor above the bound of its own would make figures inconclusive that shall never fail."""
    for gate, floor, most in (
        ("http_5xx", "floor_percent", "max_percent"),
        ("latency", "floor_seconds", "max_seconds"),
    ):
        low, high = values(*THRESHOLDS, gate, floor), values(*THRESHOLDS, gate, most)
        if low > high:
            values.mistake(
                (*THRESHOLDS, gate, floor), f"is {low:g}, above {most} {high:g}", f"lower it or raise {most}"
            )


def _queries_differ_by_name(values: Values) -> None:
    names = [query["name"] for query in values(*THRESHOLDS, "cloudwatch_query", "queries")]
    for place, name in enumerate(names):
        if name in names[:place]:
            path: Path = (*THRESHOLDS, "cloudwatch_query", "queries", place, "name")
            values.mistake(path, f'is "{name}", as another query', "give every query its own name")


def _expressions_have_metrics(values: Values) -> None:
    """Metric math without a metric has no values; SELECT and SEARCH bring their own."""
    for place, query in enumerate(values(*THRESHOLDS, "cloudwatch_query", "queries")):
        path: Path = (*THRESHOLDS, "cloudwatch_query", "queries", place)
        whole = query["expression"].lstrip().upper().startswith("SELECT")
        if whole and query["metrics"]:
            values.mistake((*path, "metrics"), "stands beside a SELECT, which names its metric itself", "take it out")
        if not whole and "SEARCH(" not in query["expression"].upper() and not query["metrics"]:
            values.mistake((*path, "metrics"), "is empty, and the expression is no SELECT", "list the metrics of it")


GATE_RULES: tuple[tuple[tuple[Path, ...], Callable[[Values], None]], ...] = (
    ((LIMITS,), _each_gate_has_one_patience),
    ((LIMITS,), _limits_have_an_interval_or_a_count),
    ((LIMITS,), _success_is_possible),
    ((LIMITS, ("shift", "bake"), ("shift", "poll")), _measurements_fit_into_a_bake),
    ((LIMITS, BACKGROUND), _no_count_in_the_background),
    ((GATES, BACKGROUND, THRESHOLDS), _gates_have_what_they_judge),
    ((THRESHOLDS,), _floors_are_below),
    ((THRESHOLDS,), _queries_differ_by_name),
    ((THRESHOLDS,), _expressions_have_metrics),
)
"""Each rule after the keys that it is about."""
