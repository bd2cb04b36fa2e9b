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


@dataclass(frozen=True)
class Standing:
    """The state that a line is in: its name, raw input, the number of the event of its entry, and when that was."""

    name: str
    data: Any
    entered: int
    moment: str


ABORTABLE = ("Task", "Wait", "Map", "Parallel")


@dataclass(eq=False)
class Branch:
    """Where a line of states stands.

    Args:
        history: of the execution.
        context: the context object, except for its ``State`` and ``Task``.
        previous: the number of the event that led here.
        iteration: the name and index of a Map iteration, as its events carry them.
        at: the state that was entered and not exited.
        begun: the lines of the Parallel or Map state that was entered last.
        succeeded: whether it came to its end.
        failure: the name of the error that nothing caught.
        redriven: whether it has to go on where it stood rather than begin.
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
    at: Standing | None = None
    begun: dict[int, Branch] = field(default_factory=dict)
    succeeded: bool = False
    failure: str = ""
    redriven: bool = False

    def record(self, kind: str, details: dict[str, Any] | None = None) -> int:
        """Add an event after this line's latest one and give its number.

        Raises:
            HistoryFullError: the history has no room.
        """
        self.previous = self.history.add(kind, self.previous, details)
        return self.previous

    def redrive(self, event: int) -> None:
        """Make ready to go on where it stood, and with it every line in it that did not succeed.

        Args:
            event: the number of the event that says so.
        """
        self.over, self.error, self.redriven, self.previous = False, None, True, event
        self.cleanups.clear()
        self.children.clear()
        for line in self.begun.values():
            if not line.succeeded:
                line.redrive(event)

    def resumed(self) -> bool:
        """Whether this is the first look after a redrive; asking makes it the second."""
        first, self.redriven = self.redriven, False
        return first

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
