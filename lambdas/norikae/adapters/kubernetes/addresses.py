"""Addresses of clusters, remembered for a minute: a storm of events must not become a storm of calls to EKS."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

from norikae.adapters.kubernetes.connect import address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.adapters.kubernetes.connect import Address

REMEMBERED = 60.0
"""Seconds: endpoint and certificate authority change seldom, but they do."""


class Addresses:
    """Where clusters are; each is asked about at most once in a minute, unless it turned out to be wrong.

    Args:
        ask: DescribeCluster.
        now: seconds of any clock that does not go back.
    """

    def __init__(self, ask: Callable[[str], Address] = address_of, now: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._now = ask, now
        self._known: dict[str, tuple[float, Address]] = {}
        self._lock = Lock()

    def of(self, cluster: str) -> Address:
        """Where a cluster is; errors as of ``connect``."""
        with self._lock:
            at, address = self._known.get(cluster, (0.0, None))
            if address is None or self._now() >= at + REMEMBERED:
                address = self._ask(cluster)
                self._known[cluster] = (self._now(), address)
            return address

    def forget(self, cluster: str) -> None:
        """Ask again at the next turn: nobody answered there, or not the one that should."""
        with self._lock:
            self._known.pop(cluster, None)
