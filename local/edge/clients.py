"""The users of the applications: every request is made, resolved, routed and counted alone; docs/world/clients.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, NamedTuple, Protocol

from local.edge.alb import OVERLOADED
from local.edge.habits import FLEETING, Habits
from local.edge.lasting import LastingUsers
from local.edge.resolvers import Resolver

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

    from local.edge.connections import Connections
    from local.edge.resolvers import Dns
    from local.kernel import Kernel, Steps

KEPT_FAILURES = 100
_REASONS = {0: "no connection", 404: "no route", 502: "target refused", 503: "no ready target", 504: "target timed out"}
_FIRST_SERVER_ERROR = 500
_NOT_FOUND = 404


class Response(Protocol):
    """What a client reads of a response."""

    @property
    def status(self) -> int:
        """The HTTP status; 0 when no connection came about."""

    @property
    def cluster(self) -> str:
        """The cluster that answered; empty when none did."""

    @property
    def reason(self) -> str:
        """Why it failed, in words."""


class LoadBalancers(Protocol):
    """All load balancers, as clients meet them."""

    def handle(self, dns_name: str, host: str, draw: random.Random, path: str = "/") -> Response:
        """Answer one request."""


class Traffic(NamedTuple):
    """The users of one application.

    ``requests_per_second`` is their average together; ``resolvers`` is how many resolvers they share,
    ``habits`` what they keep.
    """

    app: str
    hostnames: Sequence[str]
    requests_per_second: float
    resolvers: int
    habits: Habits = FLEETING


@dataclass(slots=True)
class Minute:
    """One virtual minute of one application: requests that were served, by cluster, and requests that failed."""

    served: Counter[str] = field(default_factory=Counter)
    failed: int = 0


class Failure(NamedTuple):
    """One failed request. ``time`` is in seconds since the epoch."""

    time: float
    app: str
    host: str
    cluster: str
    status: int
    reason: str


@dataclass(slots=True)
class Counts:
    """What the users of one application met; times in seconds since the epoch."""

    total: int = 0
    served: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the cluster that was met, empty when none was, and by reason."""
    first_failure: float | None = None
    last_failure: float | None = None
    minutes: dict[int, Minute] = field(default_factory=dict)
    """By minutes since the world began."""

    @property
    def reasons(self) -> Counter[str]:
        """Failed requests by reason."""
        found: Counter[str] = Counter()
        for (_, reason), count in self.failures.items():
            found[reason] += count
        return found


class Clients:
    """The users of all applications, each request on a connection of its own unless their habits are others.

    Args:
        kernel: the clock; each application draws from the stream ``clients/<app>``.
        dns: the authoritative name servers.
        alb: the load balancers.
        applications: who is asked for what, and how often.
        alias_healthy: whether a load balancer is healthy, for name servers that evaluate target health.
        connections: what users need whose connections outlive a request; without it every habit is fleeting.
    """

    def __init__(
        self,
        kernel: Kernel,
        dns: Dns,
        alb: LoadBalancers,
        applications: Iterable[tuple[str, Sequence[str], float, int] | Traffic],
        *,
        alias_healthy: Callable[[str], bool] = lambda _: True,
        connections: Connections | None = None,
    ) -> None:
        self.counts: dict[str, Counts] = {}
        self.failures: list[Failure] = []
        """The first failures of all, with their full reasons."""
        self.lasting: dict[str, LastingUsers] = {}
        """Of each application, the users whose connections outlive a request."""
        self.running = False
        self._began = kernel.now() - kernel.seconds()
        self._kernel, self._alb = kernel, alb
        self._traffic = [Traffic(*application) for application in applications]
        self._resolvers: dict[str, list[Resolver]] = {}
        for traffic in self._traffic:
            self.counts[traffic.app] = Counts()
            names = [f"resolvers/{traffic.app}/{number}" for number in range(traffic.resolvers)]
            holds = [traffic.habits.holds(kernel.stream(f"{name}/habit")) for name in names]
            self._resolvers[traffic.app] = known = [
                Resolver(dns, alias_healthy, kernel.stream(name), holds=times)
                for name, times in zip(names, holds, strict=True)
            ]
            if connections and traffic.habits != FLEETING:
                self.lasting[traffic.app] = LastingUsers(
                    kernel, connections, traffic.app, traffic.hostnames, known, self
                )

    def start(self) -> None:
        """Let the users come."""
        if not self.running:
            self.running = True
            for traffic in self._traffic:
                if not traffic.habits.connections:
                    self._kernel.process(self._visits(traffic))
                if traffic.app in self.lasting:
                    self.lasting[traffic.app].start(traffic.habits, traffic.requests_per_second)

    def stop(self) -> None:
        """Nobody makes another request."""
        self.running = False
        for users in self.lasting.values():
            users.running = False

    @property
    def total(self) -> int:
        """Requests made so far."""
        return sum(counts.total for counts in self.counts.values())

    @property
    def failed(self) -> int:
        """Requests that failed so far."""
        return sum(counts.failed for counts in self.counts.values())

    def served(self) -> Counter[str]:
        """Requests served so far, by cluster."""
        return sum((counts.served for counts in self.counts.values()), Counter())

    def _visits(self, traffic: Traffic) -> Steps:
        """The arrivals of one application: a Poisson process. This is the world's hottest loop."""
        draw = self._kernel.stream(f"clients/{traffic.app}")
        counts, resolvers = self.counts[traffic.app], self._resolvers[traffic.app]
        random, timeout, now, handle = draw.random, self._kernel.env.timeout, self._kernel.now, self._alb.handle
        hosts, pause, began = (
            tuple(traffic.hostnames),
            1.0 / traffic.requests_per_second,
            now() - self._kernel.seconds(),
        )
        minute, minute_ends = Minute(), float("-inf")
        while True:
            yield timeout(-log(1.0 - random()) * pause)
            if not self.running:
                return
            at = now()
            if at >= minute_ends:
                number = int((at - began) // 60)
                minute, minute_ends = counts.minutes.setdefault(number, Minute()), began + 60.0 * (number + 1)
            counts.total += 1
            host = hosts[0] if len(hosts) == 1 else hosts[int(random() * len(hosts))]
            resolution = resolvers[int(random() * len(resolvers))].resolve(host, at)
            if resolution.failure:
                failure = Failure(at, traffic.app, host, "", 0, resolution.failure)
                self._fail(minute, failure, resolution.failure)
                continue
            response = handle(resolution.target, host, draw)
            self._count(minute, traffic.app, host, at, response)

    def note(self, app: str, host: str, response: Response) -> bool:
        """Count a request on a connection that was kept; whether it was served."""
        return self._count(self._minute(app), app, host, self._kernel.now(), response)

    def unresolved(self, app: str, host: str, why: str) -> None:
        """Count a request of somebody who came to no load balancer."""
        self._fail(self._minute(app), Failure(self._kernel.now(), app, host, "", 0, why), why)

    def _minute(self, app: str) -> Minute:
        self.counts[app].total += 1
        return self.counts[app].minutes.setdefault(int((self._kernel.now() - self._began) // 60), Minute())

    def _count(self, minute: Minute, app: str, host: str, at: float, response: Response) -> bool:
        status = response.status
        if 0 < status < _FIRST_SERVER_ERROR and status != _NOT_FOUND:
            self.counts[app].served[response.cluster] += 1
            minute.served[response.cluster] += 1
            return True
        failure = Failure(at, app, host, response.cluster, status, response.reason)
        overloaded = OVERLOADED in response.reason
        self._fail(minute, failure, "overloaded" if overloaded else _REASONS.get(status, f"5xx ({status})"))
        return False

    def _fail(self, minute: Minute, failure: Failure, kind: str) -> None:
        counts = self.counts[failure.app]
        counts.failed += 1
        minute.failed += 1
        counts.first_failure = failure.time if counts.first_failure is None else counts.first_failure
        counts.last_failure = failure.time
        counts.failures[failure.cluster, kind] += 1
        if len(self.failures) < KEPT_FAILURES:
            self.failures.append(failure)
