"""The wall clock drives a world's kernel: what is due happens, in a thread of its own, under the world's lock."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.kernel import Kernel

TICK_SECONDS = 0.01
"""How far the kernel's clock is behind the wall clock at most, while there is nothing to do."""

HELD_SECONDS = 0.02
"""For how long the lock is held at a time when much is due at once, so that requests come in between."""


class WallClock:
    """Lets a kernel live in real time, from ``start`` to ``stop``.

    Args:
        kernel: its ``now()`` follows the wall clock, from whatever it shows at the start.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._live, name="wall clock", daemon=True)
        self._began = self._offset = 0.0
        self.failure: Exception | None = None
        """What a controller failed with; the clock has stopped then."""

    def start(self) -> None:
        """From now on a second of the kernel is a second."""
        self._began, self._offset = time.monotonic(), self._kernel.env.now
        self._thread.start()

    def stop(self) -> None:
        """Stand still again."""
        self._ends.set()
        self._thread.join()

    def seconds(self) -> float:
        """Seconds of real time since the start."""
        return time.monotonic() - self._began

    def _live(self) -> None:
        try:
            while not self._ends.is_set():
                with self._kernel.lock:
                    busy = self._catch_up()
                self._ends.wait(TICK_SECONDS / 10 if busy else TICK_SECONDS)
        except Exception as error:  # noqa: BLE001 - whoever asks for the clock's state must see why it stands still
            self.failure = error

    def _catch_up(self) -> bool:
        """Do what is due, for a moment; whether more of it is left."""
        env = self._kernel.env
        until, leave = self._offset + self.seconds(), time.monotonic() + HELD_SECONDS
        while env.peek() <= until:
            env.step()
            if time.monotonic() > leave:
                return True
        if env.now < until:
            env.run(until)
        return False
