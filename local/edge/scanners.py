"""Scanners: strangers who ask load balancers by address or with names of nobody's; docs/world/clients.md.

They know addresses, not names, so they resolve nothing. What they meet is the default rule, unless a rule has no host.
"""

from __future__ import annotations

from collections import Counter
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from local.aws.elbv2 import LoadBalancer
    from local.edge.clients import LoadBalancers
    from local.kernel import Kernel, Steps

PATHS = ("/", "/.env", "/.git/config", "/admin", "/wp-login.php", "/cgi-bin/luci", "/actuator/health")
WORDS = ("www", "test", "dev", "old", "intranet", "vpn", "mail", "localhost")


class Scanners:
    """Requests of nobody who matters: they are counted here, and never as users'.

    Args:
        kernel: the clock; the stream is ``scanners``.
        alb: the load balancers' data path.
        balancers: every load balancer that exists at this instant.
        requests_per_minute: their average, over all load balancers together.
    """

    def __init__(
        self,
        kernel: Kernel,
        alb: LoadBalancers,
        balancers: Callable[[], Iterable[LoadBalancer]],
        *,
        requests_per_minute: float = 6.0,
    ) -> None:
        self.statuses: Counter[int] = Counter()
        """What they got, by HTTP status; 0 is no connection."""
        self.running = False
        self._kernel, self._alb, self._balancers = kernel, alb, balancers
        self._pause = 60.0 / requests_per_minute

    def start(self) -> None:
        """Let them come."""
        if not self.running:
            self.running = True
            self._kernel.process(self._visits())

    def stop(self) -> None:
        """Nobody asks any more."""
        self.running = False

    @property
    def total(self) -> int:
        """Requests made so far."""
        return self.statuses.total()

    def _visits(self) -> Steps:
        draw = self._kernel.stream("scanners")
        while True:
            yield self._kernel.env.timeout(-log(1.0 - draw.random()) * self._pause)
            if not self.running:
                return
            known = [one.dns_name for one in self._balancers() if one.settings["Scheme"] == "internet-facing"]
            if known:
                response = self._alb.handle(draw.choice(known), _host(draw), draw, draw.choice(PATHS))
                self.statuses[response.status] += 1


def _host(draw: random.Random) -> str:
    """A bare address (of TEST-NET-3, RFC 5737), or a name that somebody made up."""
    if draw.random() < 0.5:  # noqa: PLR2004 - half of them
        return f"203.0.113.{draw.randrange(1, 255)}"
    return f"{draw.choice(WORDS)}-{draw.randrange(1000)}.example.net"
