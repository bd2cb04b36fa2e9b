"""Time series of metrics, by minute, and the statistics over them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MINUTE = 60
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


class Metric(NamedTuple):
    """A metric: its namespace, name and the exact set of its dimensions, in order of their names."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
        """The metric with these dimensions in any order."""
        return cls(namespace, name, tuple(sorted(dimensions.items())))


class Series:
    """The values of all metrics, kept by the minute in which they fall."""

    def __init__(self) -> None:
        self._minutes: dict[Metric, dict[int, list[float]]] = {}

    def put(self, metric: Metric, at: float, values: Sequence[float]) -> None:
        """Add values to the minute that holds an instant.

        Args:
            metric: the metric.
            at: seconds since the epoch.
            values: what was measured.
        """
        minute = int(at // MINUTE) * MINUTE
        self._minutes.setdefault(metric, {}).setdefault(minute, []).extend(values)

    def metrics(self) -> list[Metric]:
        """Every metric that ever had a value, in a fixed order."""
        return sorted(self._minutes)

    def latest(self, metric: Metric) -> int:
        """The last minute in which a metric had a value, in seconds since the epoch."""
        return max(self._minutes[metric])

    def read(self, metric: Metric, start: float, end: float, period: int) -> dict[int, list[float]]:
        """The values in each period that holds any, by the second in which the period begins.

        Args:
            metric: the metric; one that never had a value is empty.
            start: inclusive, rounded down to the period.
            end: exclusive.
            period: seconds; a multiple of 60.
        """
        first = start // period * period
        periods: dict[int, list[float]] = {}
        for minute, values in sorted(self._minutes.get(metric, {}).items()):
            if first <= minute < end:
                periods.setdefault(minute // period * period, []).extend(values)
        return periods


def statistic(name: str, values: Sequence[float]) -> float:
    """A statistic over the values of one period.

    Raises:
        AwsError: NotImplemented for trimmed means and their like, which this world does not have.
    """
    simple: Mapping[str, Callable[[Sequence[float]], float]] = {
        "Sum": math.fsum,
        "Minimum": min,
        "Maximum": max,
        "SampleCount": len,
    }
    if name in simple:
        return float(simple[name](values))
    if name == "Average":
        return math.fsum(values) / len(values)
    if found := PERCENTILE.fullmatch(name):
        return _percentile(float(found[1]), sorted(values))
    raise AwsError("NotImplemented", f"the embedded world has no statistic {name}", 501)


def _percentile(share: float, ordered: Sequence[float]) -> float:
    place = share / 100 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
