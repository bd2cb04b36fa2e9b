"""Task tokens: who waits for an answer from outside."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.aws.step_functions.errors import StateError

if TYPE_CHECKING:
    import random

    import simpy

    from local.kernel import Kernel

PREFIX = "AQCoAAAAKgAAAAMAAAAAAAAAA"
"""How every task token begins; nothing else does."""


@dataclass(eq=False)
class Waiting:
    """One task that waits.

    Args:
        token: its task token.
        answer: happens with the output, or with the ``StateError`` that the answer was.
        beat: happens at the next heartbeat.
    """

    token: str
    answer: simpy.Event
    beat: simpy.Event
    open: bool = True


class Tokens:
    """Every task token of one world.

    Args:
        kernel: the world's clock.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._waiting: dict[str, Waiting] = {}

    def issue(self, draw: random.Random) -> Waiting:
        """A new token."""
        token = PREFIX + base64.b64encode(draw.randbytes(192)).decode()
        env = self._kernel.env
        self._waiting[token] = Waiting(token, env.event(), env.event())
        return self._waiting[token]

    def given_out(self) -> tuple[str, ...]:
        """Every token that there ever was."""
        return tuple(self._waiting)

    def close(self, waiting: Waiting) -> None:
        """Nobody waits any more."""
        waiting.open = False

    def answer(self, token: str, output: Any) -> None:
        """Let the task go on with an output, or with a ``StateError``.

        Raises:
            AwsError: ``InvalidToken``, ``TaskDoesNotExist`` or ``TaskTimedOut``.
        """
        waiting = self._find(token)
        waiting.open = False
        self._now(waiting.answer, output)

    def beat(self, token: str) -> None:
        """Start the task's heartbeat time anew.

        Raises:
            AwsError: as ``answer``.
        """
        waiting = self._find(token)
        before, waiting.beat = waiting.beat, self._kernel.env.event()
        self._now(before, None)

    def _find(self, token: str) -> Waiting:
        if not token.startswith(PREFIX):
            raise AwsError("InvalidToken", "Invalid Token: 'Invalid token'")
        if token not in self._waiting:
            raise AwsError("TaskDoesNotExist", "Task does not exist: 'No task with this token'")
        if not self._waiting[token].open:
            raise AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        return self._waiting[token]

    def _now(self, event: simpy.Event, value: Any) -> None:
        """Make an event happen at the virtual instant of the call, also while an invocation is under way."""
        self._kernel.after(self._kernel.seconds() - self._kernel.env.now, lambda: event.succeed(value))


def output_of(answer: Any) -> Any:
    """The output that an answer carries.

    Raises:
        StateError: the answer was ``SendTaskFailure``.
    """
    if isinstance(answer, StateError):
        raise answer
    return answer
