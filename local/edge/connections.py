"""Connections that outlive a request: HTTP keep-alive and WebSockets, as a load balancer keeps and closes them.

Sources: Application Load Balancer guide, "Load balancer attributes" (``client_keep_alive.seconds``: how long a
connection may live; ``idle_timeout.timeout_seconds``: how long it may be silent) and "Listeners" (a WebSocket stays
with its target). Both are read when a connection is opened: no source says what a change does to those that are open,
so a client that has one keeps it as long as it was promised. Whether the first one ends a WebSocket is not known; here
it does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.edge.alb import NO_CONNECTION, Response

if TYPE_CHECKING:
    import random

    from local.aws.elbv2 import LoadBalancer, TargetGroup
    from local.edge.access_logs import Caller
    from local.edge.alb import Alb
    from local.edge.alb_pods import PodEndpoint, PodIndex
    from local.kernel import Kernel


@dataclass(slots=True, eq=False)
class Connection:
    """A connection of a client to a load balancer; instants in seconds since the epoch.

    Args:
        balancer: the load balancer, whatever its name leads to by now.
        dns_name: its name.
        until: the response after this instant closes the connection.
        idle: so many silent seconds close it.
        closes_at: when it is closed if nothing more is said.
        pod: with whom a WebSocket talks.
        pods: those of that pod's cluster.
        group: that pod's target group.
    """

    balancer: LoadBalancer
    dns_name: str
    until: float
    idle: float
    closes_at: float
    pod: PodEndpoint | None = None
    pods: PodIndex | None = None
    group: TargetGroup | None = None


class Connections:
    """All connections that are open.

    Args:
        kernel: the clock.
        alb: the data path.
    """

    def __init__(self, kernel: Kernel, alb: Alb) -> None:
        self._kernel, self._alb = kernel, alb
        self._open: dict[str, list[Connection]] = {}
        """By ARN of the load balancer; those that were closed in the running minute are still among them."""
        self.opened: Counter[str] = Counter()
        """How many were opened since the last ``start_minute``, by ARN of the load balancer."""

    def open(self, dns_name: str) -> Connection | None:
        """A new connection to a load balancer; None when nobody accepts it."""
        elb, name = self._alb.elb, dns_name.lower().removesuffix(".").removeprefix("dualstack.")
        found = next((one for one in elb.load_balancers.values() if one.dns_name.lower() == name), None)
        if found is None or found.state != "active" or not elb.listeners_of(found):
            return None
        now, idle = self._kernel.now(), float(found.attributes["idle_timeout.timeout_seconds"])
        until = now + float(found.attributes["client_keep_alive.seconds"])
        opened = Connection(found, dns_name, until, idle, closes_at=now + idle)
        self._open.setdefault(found.arn, []).append(opened)
        self.opened[found.arn] += 1
        return opened

    def is_open(self, connection: Connection) -> bool:
        """Whether neither silence nor the end of its load balancer, or of its WebSocket's pod, has closed it."""
        if self._kernel.now() >= connection.closes_at or connection.balancer.arn not in self._alb.elb.load_balancers:
            return False
        return connection.group is None or self._talks(connection)

    def request(self, connection: Connection, host: str, draw: random.Random, caller: Caller | None = None) -> Response:
        """Answer a request on an open connection; the response may close it."""
        now = self._kernel.now()
        if not self.is_open(connection):
            return Response(NO_CONNECTION, "", "", 0.0, "the connection was closed")
        response = self._alb.handle(connection.dns_name, host, draw, caller=caller)
        counts = self._alb.route(connection.dns_name, host).counts
        if counts is not None and response.target:
            counts.on_kept += 1
        connection.closes_at = now if now >= connection.until else now + connection.idle
        return response

    def upgrade(self, connection: Connection, host: str, draw: random.Random, caller: Caller | None = None) -> Response:
        """Turn a connection into a WebSocket; from then on it belongs to the pod that answered."""
        response = self.request(connection, host, draw, caller)
        route = self._alb.route(connection.dns_name, host)
        if response.status == 200 and route.counts and route.pods:  # noqa: PLR2004 - HTTP
            connection.pods, connection.group = route.pods, route.counts.group
            connection.pod = route.pods.by_address.get(response.target)
        return response

    def say(self, connection: Connection) -> None:
        """Something is said on a WebSocket; it counts as no request."""
        connection.closes_at = self._kernel.now() + connection.idle

    def close(self, connection: Connection) -> None:
        """The client has gone."""
        connection.closes_at = self._kernel.now()

    def active(self) -> dict[str, int]:
        """How many were open at some time since the last ``start_minute``, by ARN of the load balancer."""
        return {arn: len(connections) for arn, connections in self._open.items()}

    def start_minute(self) -> None:
        """Forget those that are closed."""
        self.opened.clear()
        self._open = {
            arn: still for arn, known in self._open.items() if (still := [one for one in known if self.is_open(one)])
        }

    def _talks(self, connection: Connection) -> bool:
        """A drained target's connections are closed, and a process that has ended holds none."""
        pod, pods, group = connection.pod, connection.pods, connection.group
        if pod is None or pods is None or group is None or group.arn not in self._alb.elb.target_groups:
            return False
        return any(target.id == pod.address for target in group.targets.values()) and self._alb.has(pods, pod)
