"""One invocation under way, and what is kept of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.runtime.outcome import Outcome

if TYPE_CHECKING:
    from local.runtime.crash import Fate
    from local.runtime.function import Function
    from local.runtime.sandbox import Sandbox

Flying = Generator[float, None, Outcome]
"""An invocation under way: it yields the seconds that the handler sleeps, and ends with its outcome."""


@dataclass(frozen=True)
class Invocation:
    """One line of the runtime's record.

    Args:
        time: the world's seconds at its begin.
        function: the function's name.
        request_id: as the handler saw it.
        cold: whether a process was started for it.
        fate: what the crash plan made of it.
        seconds: virtual time it took.
        calls: HTTP answers that it got.
        error_type: empty on success.
    """

    time: float
    function: str
    request_id: str
    cold: bool
    fate: Fate
    seconds: float
    calls: int
    error_type: str


@dataclass
class Flight:
    """An invocation under way."""

    function: Function
    sandbox: Sandbox
    request_id: str
    fate: Fate
    fatal_call: int
    began: float
    cold: bool
    calls: int = 0

    def died(self) -> Outcome:
        """Its process ends now, and nobody knows why."""
        ended = self.sandbox.kill()
        text = f"RequestId: {self.request_id} Error: Runtime exited with error: {ended}"
        return Outcome(None, "Runtime.ExitError", text, None, self.request_id)

    def timed_out(self) -> Outcome:
        """Its process ends now, because its time is over."""
        self.sandbox.kill()
        seconds = f"{self.function.timeout:.2f}"
        text = f"RequestId: {self.request_id} Error: Task timed out after {seconds} seconds"
        return Outcome(None, "Sandbox.Timedout", text, None, self.request_id)
