"""One line of states that runs one at a time: the execution itself, a branch of a Parallel, an iteration of a Map."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.step_functions.errors import HistoryFullError, StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    import simpy

    from local.aws.step_functions.history import History

ABORTABLE = ("Task", "Wait", "Map", "Parallel")


@dataclass(eq=False)
class Branch:
    """Where a line of states stands.

    Args:
        history: of the execution.
        context: the context object, except for its ``State`` and ``Task``.
        previous: the number of the event that led here.
        iteration: the name and index of a Map iteration, as its events carry them.
    """

    history: History
    context: dict[str, Any]
    previous: int = 0
    iteration: dict[str, Any] | None = None
    open: str = ""
    children: list[Branch] = field(default_factory=list)
    cleanups: list[Callable[[], None]] = field(default_factory=list)
    process: simpy.Process | None = None
    output: Any = None
    error: StateError | None = None
    over: bool = False

    def record(self, kind: str, details: dict[str, Any] | None = None) -> int:
        """Add an event after this line's latest one and give its number.

        Raises:
            HistoryFullError: the history has no room.
        """
        self.previous = self.history.add(kind, self.previous, details)
        return self.previous

    def cancel(self) -> None:
        """Stop at once, innermost first: open states are recorded as aborted, and what they wait for is let go."""
        if self.over:
            return
        self.over = True
        for child in self.children:
            child.cancel()
        for cleanup in self.cleanups:
            cleanup()
        with suppress(HistoryFullError):
            if self.open in ABORTABLE:
                self.record(f"{self.open}StateAborted")
            if self.iteration:
                self.record("MapIterationAborted", self.iteration)
        if self.process is not None and self.process.is_alive:
            self.process.interrupt()
