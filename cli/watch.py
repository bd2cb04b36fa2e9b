"""The status of a run, looked at again and again until it has ended or waits for a person."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, Self

from cli.exits import Exit, exit_of_answer
from cli.picture import lines, picture
from norikae.errors import CredentialsExpiredError, RefusedError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from cli.here import Here

Json = dict[str, Any]
MOST_FAILURES = 10
"""Looks that fail one after the other before the watch gives up: a network comes back, a night without one does not."""
MOST_UNKNOWN = 20
"""Looks at a run of which nothing is known: one that was just started needs seconds, a misspelt one for ever."""


class View(AbstractContextManager["View"], Protocol):
    """Shows answers as they come."""

    def show(self, answer: Mapping[str, Any]) -> None:
        """The newest answer."""

    def note(self, line: str) -> None:
        """Something about the watch itself."""


class PlainView:
    """Prints the lines that were not there before; nothing is drawn twice, and the reader may be ``grep``.

    Args:
        here: where it prints.
        typed: options with which a person has to type further commands.
    """

    def __init__(self, here: Here, typed: Sequence[str] = ()) -> None:
        self._here, self._typed = here, typed
        self._shown: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, answer: Mapping[str, Any]) -> None:
        """Print what is new."""
        # How long a phase lasts so far is new at every look and says nothing.
        found = list(lines(picture({**answer, "now": None}, self._typed)))
        for line in found:
            if line not in self._shown:
                self._here.say(line)
        self._shown = set(found)
        self._here.out.flush()

    def note(self, line: str) -> None:
        """Said beside the answers."""
        self._here.err.write(f"{line}\n")


class SilentView(PlainView):
    """Shows nothing on the way: whoever reads JSON wants the last answer."""

    def show(self, answer: Mapping[str, Any]) -> None:
        """Nothing."""


def watch(
    look: Callable[[], Json], view: View, here: Here, *, until: str, every: float, patience: float | None
) -> tuple[Json, Exit]:
    """The last answer, and how the run stands: by its outcome, or ``WAITS``.

    Args:
        look: asks for the status.
        view: shows it.
        here: clock and sleep.
        until: ``waiting`` for a question to be open or the run to have ended, ``ended`` for the latter only.
        every: seconds between two looks.
        patience: seconds after which nobody watches any more; None for ever.

    Raises:
        TimeoutError: the patience is over.
        TransientError: ten looks failed one after the other.
        RefusedError: nothing comes to be known of the run.
        NorikaeError: what else the function raised.
    """
    began, failures, unknown = here.clock(), 0, 0
    with view:
        while True:
            try:
                answer = look()
            except CredentialsExpiredError:
                raise  # nobody logs in for us
            except (TransientError, TimeoutError) as error:
                failures += 1
                if failures == MOST_FAILURES:
                    raise
                view.note(f"norikae: {error}; looking again")
            else:
                failures = 0
                view.show(answer)
                if answer.get("outcome") or not answer.get("run"):
                    return answer, exit_of_answer(answer)
                if until == "waiting" and answer.get("questions"):
                    return answer, Exit.WAITS
                unknown += not answer.get("phase")
                if unknown == MOST_UNKNOWN:
                    raise RefusedError(f"nothing is known of a run {answer['run']}; norikae status names the last one")
            if patience is not None and here.clock() - began + every > patience:
                raise TimeoutError(f"neither has the run ended nor does it wait for a person after {patience:.0f} s")
            here.sleep(every)
