"""How fast one account may call Route 53."""

from __future__ import annotations

from bisect import bisect_right, insort

REQUESTS_PER_SECOND = 5
"""Per account, for all operations together (Developer Guide, "Quotas": five requests per second)."""
_KEPT_SECONDS = 120.0


class Throttle:
    """At most five calls within any second of virtual time.

    Calls need not come in the order of time: invocations that run at the same virtual moment spend their time side by
    side, and each call counts at the moment at which its caller makes it.
    """

    def __init__(self, per_second: int = REQUESTS_PER_SECOND) -> None:
        self._per_second = per_second
        self._calls: list[float] = []

    def admits(self, now: float) -> bool:
        """Whether a call made now is served; if so it counts.

        Args:
            now: seconds since the epoch.
        """
        calls = self._calls
        if calls and calls[0] < now - _KEPT_SECONDS:
            del calls[: bisect_right(calls, now - _KEPT_SECONDS)]
        recent = bisect_right(calls, now) - bisect_right(calls, now - 1.0)
        if recent >= self._per_second:
            return False
        insort(calls, now)
        return True
