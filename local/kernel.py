"""Virtual time, shared by everything in the embedded world, and the one lock that guards it.

A discrete-event simulation (SimPy) instead of a scaled clock: nothing happens between two due timers, so a slow
machine changes nothing and a seed repeats a run. Decision 003 has the reasons.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any, Any]
"""A process: it yields events of ``Kernel.env`` and goes on when they happen."""


class Kernel:
    """The clock, the timers and the random streams of one embedded world.

    The thread that calls ``run`` owns the world. While it waits for a handler in another process it lets go
    (``unlocked``), and the threads of the loopback servers answer that handler under the same lock. So at any instant
    exactly one thread touches the world.

    Args:
        seed: the same seed and the same inputs give the same run.
        start: the instant at which the world begins.
    """

    def __init__(self, *, seed: int = 1, start: datetime = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)) -> None:
        self.seed = seed
        self.env = simpy.Environment()
        self.lock = threading.Lock()
        self._start = start.timestamp()
        self._elapsed = 0.0
        self._streams: dict[str, random.Random] = {}

    def now(self) -> float:
        """Seconds since the epoch, with the time that the running invocation has spent so far."""
        return self._start + self.env.now + self._elapsed

    def utcnow(self) -> datetime:
        """The same instant as an aware datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def forward_to(self, instant: datetime) -> None:
        """The calendar goes forward to an instant while nothing happens; timers stay as far away as they are.

        Raises:
            ValueError: that would be back.
        """
        ahead = instant.timestamp() - self.now()
        if ahead < 0:
            raise ValueError(f"the world's clock is at {self.utcnow()} and cannot go back to {instant}")
        self._start += ahead

    def seconds(self) -> float:
        """Seconds since the world began."""
        return self.env.now + self._elapsed

    def elapse(self, seconds: float) -> None:
        """Let the running invocation spend time: a call's latency, or a sleep inside a handler."""
        self._elapsed += seconds

    @contextmanager
    def timeless(self) -> Iterator[None]:
        """Forget what is spent inside, to the last bit: an operator's calls take none of the world's time."""
        before = self._elapsed
        try:
            yield
        finally:
            self._elapsed = before

    def spent(self) -> simpy.Event:
        """The event on which an invocation's caller waits, so that everybody else sees the time it spent."""
        seconds, self._elapsed = self._elapsed, 0.0
        return self.env.timeout(seconds)

    def stream(self, name: str) -> random.Random:
        """The random numbers of one actor; drawing from one stream never changes another."""
        if name not in self._streams:
            self._streams[name] = random.Random(f"{self.seed}/{name}")
        return self._streams[name]

    def uuid(self, name: str) -> str:
        """The next UUID of a stream, repeatable by seed."""
        return str(uuid.UUID(int=self.stream(name).getrandbits(128), version=4))

    def process(self, steps: Steps) -> simpy.Process:
        """Start a process now."""
        return self.env.process(steps)

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something once, later."""

        def once() -> Steps:
            yield self.env.timeout(seconds)
            action()

        self.env.process(once())

    def every(self, seconds: float, action: Callable[[], object], *, first: float | None = None) -> simpy.Process:
        """Do something again and again.

        Args:
            seconds: the period.
            action: what is done.
            first: the delay before the first time; by default one period.
        """

        def loop() -> Steps:
            yield self.env.timeout(seconds if first is None else first)
            while True:
                action()
                yield self.env.timeout(seconds)

        return self.env.process(loop())

    def run(self, until: float | simpy.Event | None = None) -> Any:
        """Let the world live until an event happens, or until a number of seconds has passed from now."""
        if isinstance(until, int | float):
            until = self.env.now + until
        with self.lock:
            return self.env.run(until)

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """Let the loopback servers touch the world while the owner waits for a handler or makes a call itself."""
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()
