"""How much a pod can serve: one request after the other, a queue in front of it, and 503 when that is too long."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

CAPACITY = "world.norikae.dev/requests-per-second"
"""Pod annotation: requests that a pod can answer in a second, with all of the CPU that it requests."""
PATIENCE_SECONDS = 10.0
"""A request that would wait longer is turned away."""
WINDOW_SECONDS = 30.0
"""Over which metrics-server averages: two scrapes of 15 s (its README, ``--metric-resolution``)."""


@dataclass(slots=True, eq=False)
class PodLoad:
    """The work of one pod.

    Args:
        capacity: requests in a second.
    """

    capacity: float
    _busy_until: float = 0.0
    _begun: deque[float] = field(default_factory=deque)

    def admit(self, now: float) -> float | None:
        """How long a request waits before the pod works on it; None when it is turned away.

        Args:
            now: seconds since the epoch.
        """
        begins = max(now, self._busy_until)
        if begins - now > PATIENCE_SECONDS:
            return None
        self._busy_until = begins + 1.0 / self.capacity
        self._begun.append(begins)
        return begins - now

    def utilization(self, now: float) -> float:
        """The CPU that it uses, in percent of what it requests."""
        while self._begun and self._begun[0] <= now - WINDOW_SECONDS:
            self._begun.popleft()
        begun = sum(1 for at in self._begun if at <= now)
        return 100.0 * begun / (self.capacity * WINDOW_SECONDS)
