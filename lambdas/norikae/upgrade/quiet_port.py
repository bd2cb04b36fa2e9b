"""What is needed to know whether anybody talks to a cluster: its load balancers' own figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Dimensions = tuple[tuple[str, str], ...]
"""CloudWatch's dimensions of one target group: LoadBalancer and TargetGroup, each with its value."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a load balancer counted for one target group in a window.

    Args:
        requests: requests that were handed to a target; new connections at a Network Load Balancer.
        open: connections that were open in the last minute; only a Network Load Balancer says so of its targets.
        held: connections that its whole load balancer has had in every minute of the window without being opened in it,
            so that no passer-by explains them; an Application Load Balancer does not say whose they are.
        reported_at: the last instant of which it reported anything, also that nothing came; None when it never did.
    """

    requests: int = 0
    open: int = 0
    held: int = 0
    reported_at: float | None = None


class Visits(Protocol):
    """The figures of load balancers of any kind."""

    def figures(self, groups: Sequence[Dimensions], *, start: float, end: float) -> tuple[Figures, ...]:
        """The figures of each target group between two instants (seconds since the epoch), in the order asked."""


class AccessLogs(Protocol):
    """The access logs of load balancers, where the environment names their bucket."""

    def lines(self, dns_name: str, *, start: float, end: float) -> list[str]:
        """The newest entries that were delivered between two instants (seconds since the epoch), as they are."""
