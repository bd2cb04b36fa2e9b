"""The time of whoever may have to wait within one invocation."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """A clock that can wait."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
