"""What the gates need to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from norikae.environment import CloudWatchQuery
from norikae.traffic.ports import TargetGroupHealth

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What load balancers counted for some target groups in a window.

    Args:
        requests: answered requests.
        errors: those that ended with 5xx, by a target or, where it can be attributed, by the load balancer.
        by_balancer: how many of the errors the load balancer made itself (502, 503, 504).
    """

    requests: int
    errors: int
    by_balancer: int = 0


@dataclass(frozen=True, slots=True)
class ResponseTime:
    """How long targets took to answer.

    Args:
        requests: how many answers it is about.
        seconds: the mean of the statistic over minutes and target groups, weighted by requests.
    """

    requests: int
    seconds: float


class Metrics(Protocol):
    """CloudWatch, as far as gates read it; windows are seconds since the epoch, and only whole minutes count."""

    def answers(self, groups: Sequence[TargetGroupHealth], *, start: float, end: float) -> Answers:
        """What some target groups answered in a window."""

    def response_time(
        self, groups: Sequence[TargetGroupHealth], statistic: str, *, start: float, end: float
    ) -> ResponseTime:
        """How long some target groups took in a window."""

    def alarms(self, names: Sequence[str]) -> dict[str, AlarmState]:
        """The states of those alarms of a region that exist, by name; metric alarms and composite ones."""

    def values(self, query: CloudWatchQuery, *, start: float, end: float) -> tuple[float, ...]:
        """The value of an expression in each minute of a window that has one, over all series that it gives."""
