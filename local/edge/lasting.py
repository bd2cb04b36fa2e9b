"""Users whose connections outlive a request: pools of keep-alive clients, and WebSockets; docs/world/clients.md."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, NamedTuple, Protocol

from local.edge.access_logs import Caller

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from local.edge.alb import Response
    from local.edge.connections import Connection, Connections
    from local.edge.habits import Habits
    from local.edge.resolvers import Resolver
    from local.kernel import Kernel, Steps

PING_SECONDS = (20.0, 40.0)
"""Between two words on a WebSocket; below the load balancer's idle timeout, as servers are set up."""
RECONNECT_SECONDS = (0.0, 5.0)
"""From the end of a WebSocket to the next attempt; clients spread it, so that a restart is no stampede."""
ARRIVAL_SECONDS = 60.0
"""Within which all WebSockets are opened at first."""
FIRST_OK, FIRST_SERVER_ERROR = 200, 500


class Tally(Protocol):
    """Where what users met is counted."""

    def note(self, app: str, host: str, response: Response) -> bool:
        """Count a request; whether it was served."""

    def unresolved(self, app: str, host: str, why: str) -> None:
        """Count a request that found no address."""


class Place(NamedTuple):
    """Where users still are: by what kind of connection, at which cluster."""

    kind: str
    cluster: str


class LastingUsers:
    """The users of one application who keep connections.

    A kept connection stays with the load balancer that its name led to when it was opened, whatever DNS says since.

    Args:
        kernel: the clock; the streams are ``lasting/<app>`` and ``websockets/<app>/<number>``.
        connections: what keeps and closes connections.
        app: the application.
        hosts: its public names.
        resolvers: those of its users.
        tally: where requests are counted.
    """

    def __init__(
        self,
        kernel: Kernel,
        connections: Connections,
        app: str,
        hosts: Sequence[str],
        resolvers: Sequence[Resolver],
        tally: Tally,
    ) -> None:
        self._kernel, self._connections, self._tally = kernel, connections, tally
        self._app, self._hosts, self._resolvers = app, tuple(hosts), resolvers
        self.running = False
        self.last_at: dict[Place, float] = {}
        """When a connection of each kind was last used at a cluster, in seconds since the epoch."""
        self.reconnects = 0
        """WebSockets that somebody closed, and that were opened again."""

    def start(self, habits: Habits, requests_per_second: float) -> None:
        """Let them come."""
        self.running = True
        if habits.connections:
            self._kernel.process(self._visits(habits.connections, 1.0 / requests_per_second))
        for number in range(habits.websockets):
            self._kernel.process(self._stays(number))

    def _visits(self, size: int, pause: float) -> Steps:
        """Requests by a Poisson process, each on one of the pool's connections."""
        draw = self._kernel.stream(f"lasting/{self._app}")
        pool: list[Connection | None] = [None] * size
        while True:
            yield self._kernel.env.timeout(-log(1.0 - draw.random()) * pause)
            if not self.running:
                return
            place = int(draw.random() * size)
            host = self._hosts[place % len(self._hosts)]
            known = pool[place]
            if known is None or not self._connections.is_open(known):
                known = pool[place] = self._connect(host, place)
            if known is None:
                continue
            response = self._connections.request(known, host, draw, _caller(place, "okhttp/4.12.0"))
            self._seen("keep-alive", response)
            self._tally.note(self._app, host, response)

    def _stays(self, number: int) -> Steps:
        """One WebSocket after the other, each until somebody closes it."""
        draw = self._kernel.stream(f"websockets/{self._app}/{number}")
        host = self._hosts[number % len(self._hosts)]
        yield self._kernel.env.timeout(draw.uniform(0.0, ARRIVAL_SECONDS))
        while self.running:
            opened = self._connect(host, number)
            if opened is not None:
                yield from self._talk(opened, host, number, draw)
            yield self._kernel.env.timeout(draw.uniform(*RECONNECT_SECONDS))

    def _talk(self, opened: Connection, host: str, number: int, draw: random.Random) -> Steps:
        response = self._connections.upgrade(opened, host, draw, _caller(number, "ws/8.18.0"))
        if not self._tally.note(self._app, host, response):
            return
        while self.running:
            self._seen("websocket", response)
            self._connections.say(opened)
            yield self._kernel.env.timeout(draw.uniform(*PING_SECONDS))
            if not self._connections.is_open(opened):
                self.reconnects += 1
                return
        self._connections.close(opened)

    def _connect(self, host: str, number: int) -> Connection | None:
        at = self._kernel.now()
        found = self._resolvers[number % len(self._resolvers)].resolve(host, at)
        opened = None if found.failure else self._connections.open(found.target)
        if opened is None:
            self._tally.unresolved(self._app, host, found.failure or "no connection")
        return opened

    def _seen(self, kind: str, response: Response) -> None:
        if FIRST_OK <= response.status < FIRST_SERVER_ERROR:
            self.last_at[Place(kind, response.cluster)] = self._kernel.now()


def _caller(number: int, agent: str) -> Caller:
    """A client with an address of its own, of TEST-NET-2 (RFC 5737)."""
    return Caller(f"198.51.100.{number % 254 + 1}", agent, 40000 + number)
