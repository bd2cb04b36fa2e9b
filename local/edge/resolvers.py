"""Recursive resolvers: each keeps an answer for its TTL and then asks again on demand; docs/world/clients.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from local.aws.route53 import Answer

NEGATIVE_TTL = 900.0
"""Seconds for which "there is no such name" is kept: the lower of the TTL and the minimum of Route 53's SOA record."""
NXDOMAIN = "NXDOMAIN"
NODATA = "NODATA"


class Dns(Protocol):
    """The authoritative side, as Route53Simulator offers it."""

    def answer(
        self,
        name: str,
        type: str,  # noqa: A002 - DNS's word
        draw: random.Random,
        alias_healthy: Callable[[str], bool],
    ) -> Answer | None:
        """What the name servers answer now."""

    def exists(self, name: str) -> bool:
        """Whether an empty answer means NODATA rather than NXDOMAIN."""


class Resolution(NamedTuple):
    """What a client gets: where to connect, or why it cannot. ``until`` is in seconds since the epoch."""

    target: str
    failure: str
    until: float


class Resolver:
    """One resolver with its own cache.

    Args:
        dns: the authoritative name servers.
        alias_healthy: whether a load balancer is healthy, by DNS name; the name servers ask it.
        draw: the random numbers of the weighted choices of its queries.
        holds: how many times their TTL it keeps answers; 1 is what DNS allows.
    """

    def __init__(
        self, dns: Dns, alias_healthy: Callable[[str], bool], draw: random.Random, *, holds: float = 1.0
    ) -> None:
        self.queries = 0
        """How often it had to ask the name servers."""
        self.cache: dict[str, Resolution] = {}
        self.holds = holds
        self._dns, self._alias_healthy, self._draw = dns, alias_healthy, draw

    def resolve(self, host: str, at: float) -> Resolution:
        """Where a client connects for a host name.

        Args:
            host: the host name.
            at: the instant, in seconds since the epoch.
        """
        known = self.cache.get(host)
        if known is None or at >= known.until:
            known = self.cache[host] = self._ask(host, at)
        return known

    def _ask(self, host: str, at: float) -> Resolution:
        self.queries += 1
        found = self._dns.answer(host, "A", self._draw, self._alias_healthy)
        if found is not None:
            return Resolution(found.target, "", at + found.ttl * self.holds)
        return Resolution("", NODATA if self._dns.exists(host) else NXDOMAIN, at + NEGATIVE_TTL)
