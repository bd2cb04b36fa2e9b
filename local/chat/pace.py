"""How much a chat takes in a time, in virtual time."""

from __future__ import annotations

from collections import deque
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Bucket:
    """So many at once, and then one each period.

    Args:
        now: the clock, in seconds.
        burst: how many at once.
        every: seconds until there is room for one more.
    """

    def __init__(self, now: Callable[[], float], *, burst: int, every: float) -> None:
        self._now, self._burst, self._every = now, burst, every
        self._free_at = now()

    def take(self) -> int:
        """0 when there was room, which is used up now; else whole seconds until there will be."""
        now = self._now()
        free_at = max(self._free_at, now)
        wait = free_at - now - (self._burst - 1) * self._every
        if wait > 0:
            return ceil(wait)
        self._free_at = free_at + self._every
        return 0


class Sliding:
    """At most so many in any stretch of time.

    Args:
        now: the clock, in seconds.
        most: how many.
        seconds: how long the stretch is.
    """

    def __init__(self, now: Callable[[], float], *, most: int, seconds: float) -> None:
        self._now, self._most, self._seconds = now, most, seconds
        self._taken: deque[float] = deque()

    def take(self) -> int:
        """0 when there was room, which is used up now; else whole seconds until there will be."""
        now = self._now()
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            return max(1, ceil(self._taken[0] + self._seconds - now))
        self._taken.append(now)
        return 0


class Quota:
    """So many until the end of a period that begins with the first.

    Args:
        now: the clock, in seconds since the epoch.
        most: how many.
        seconds: how long a period is.
    """

    def __init__(self, now: Callable[[], float], *, most: int, seconds: float) -> None:
        self._now, self._seconds, self.most = now, seconds, most
        self._used, self.resets_at = 0, 0
        """When the period ends, in whole seconds since the epoch."""

    @property
    def left(self) -> int:
        """How many more there may be."""
        return max(0, self.most - self._used)

    def take(self) -> bool:
        """Whether there was room; it is used up now."""
        if self._now() >= self.resets_at:
            self._used, self.resets_at = 0, ceil(self._now() + self._seconds)
        self._used += 1
        return self._used <= self.most
