"""A terminal without a process: what is typed, what is shown, and a function that answers what the test says."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.here import Here
from cli.main import run

if TYPE_CHECKING:
    from cli.target import Target

Json = dict[str, Any]
Answerer = Callable[[Json], Json]
VARIABLES = {"NORIKAE_ENVIRONMENT": "demo", "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "50"}
RUN = "demo-1-35-20261124-0001"
BEGAN = 1795483200.0
"""2026-11-24 01:20 UTC."""
STATUS: Json = json.loads((Path(__file__).parent / "status.json").read_text(encoding="utf-8"))
"""A run in the middle of its shifts, as ``operate`` answers."""
PLAN_ASKED: Json = {
    "subject": "plan",
    "text": "May 3 applications move from demo-1-33 (1.33) to demo-1-35-a (1.35)?",
    "plan_hash": "4f1c" * 16,
    "code": "k3x9qa",
    "expires": BEGAN + 86400,
}
GOODBYE: Json = {**PLAN_ASKED, "subject": "decommission", "code": "z7w2mm", "text": "May demo-1-33 be deleted?"}


class Stream(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@dataclass
class Terminal:
    """What a person, or a script, has before them.

    Args:
        answers: what the function says to a command, or raises.
        terminal: whether the streams are a terminal; a script's are not.
        keys: what the person types when they are asked.
        variables: of the process.
    """

    answers: Answerer = lambda command: {"run": RUN, "heard": command["command"]}
    terminal: bool = False
    keys: str = ""
    variables: dict[str, str] = field(default_factory=lambda: dict(VARIABLES))
    folder: Path = Path("/nowhere")
    said: list[Json] = field(default_factory=list)
    """Every command that the function was told."""
    reached: list[tuple[Target, bool, float]] = field(default_factory=list)
    seconds: float = 0.0
    out: str = ""
    err: str = ""

    def types(self, line: str) -> int:
        """The exit code of ``norikae`` and what was typed after it."""
        out, err = Stream(terminal=self.terminal), Stream(terminal=self.terminal)
        keyboard = Stream(self.keys, terminal=self.terminal)
        here = Here(out, err, keyboard, self.variables, self.folder, lambda: self.seconds, self._sleep, self._reach)
        code = run(shlex.split(line), here)
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    def carry_out(self, command: Json) -> Json:
        """The function's part."""
        self.said.append(command)
        return self.answers(command)

    def _reach(self, target: Target, *, changes: bool, patience: float) -> Terminal:
        self.reached.append((target, changes, patience))
        return self

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds


def in_turn(*answers: Json | BaseException) -> Answerer:
    """Answers one after the other; the last one again and again."""
    left = list(answers)

    def answer(_: Json) -> Json:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, BaseException):
            raise found
        return found

    return answer
