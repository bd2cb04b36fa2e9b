"""How fast one process asks one API server."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pacing:
    """A bucket of requests that is full at first and fills steadily; whoever finds it empty waits for its turn.

    Args:
        per_second: how many requests it gets.
        at_once: how many it holds.
        now: seconds of any clock that does not go back.
        sleep: waits.
    """

    def __init__(
        self,
        per_second: float,
        at_once: int,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._every, self._ahead = 1 / per_second, (at_once - 1) / per_second
        self._now, self._sleep, self._lock = now, sleep, Lock()
        self._next = now() - self._ahead

    def wait(self) -> None:
        """Return when the next request may be made; several threads may wait at once."""
        with self._lock:
            now = self._now()
            turn = max(self._next, now - self._ahead)
            self._next = turn + self._every
        if turn > now:
            self._sleep(turn - now)
