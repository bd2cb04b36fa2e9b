"""What the gates need to read."""

from collections.abc import Sequence
from typing import Protocol

from norikae.gates.http_5xx import Answers
from norikae.traffic.ports import TargetGroupHealth


class Metrics(Protocol):
    """Figures of the load balancers."""

    def answers(self, groups: Sequence[TargetGroupHealth], *, start: float, end: float) -> Answers:
        """What some target groups answered between two instants (seconds since the epoch)."""
