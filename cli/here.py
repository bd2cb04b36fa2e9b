"""What the command line has around it: streams, variables, a clock, and what leads to the function."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from cli.target import Target
    from norikae.commands.ports import Commander


class Reach(Protocol):
    """Leads to the function of an environment; see ``cli.invoke.reach``."""

    def __call__(self, target: Target, *, changes: bool, patience: float) -> Commander:
        """The function."""


def reach_by_lambda(target: Target, *, changes: bool, patience: float) -> Commander:
    """The function by Lambda's Invoke; boto3 is imported only now."""
    from cli.invoke import reach  # noqa: PLC0415 - help and wrong arguments do not wait for boto3

    return reach(target, changes=changes, patience=patience)


@dataclass(frozen=True)
class Here:
    """The process's own surroundings by default.

    Args:
        out: for answers.
        err: for questions and errors.
        keyboard: where a person answers questions.
        variables: of the process.
        folder: where ``environments/`` may be.
        clock: seconds of a clock that never goes back.
        sleep: for seconds.
        reach: leads to the function.
    """

    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    keyboard: TextIO = field(default_factory=lambda: sys.stdin)
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    folder: Path = field(default_factory=Path.cwd)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    reach: Reach = reach_by_lambda

    @property
    def is_terminal(self) -> bool:
        """Whether answers go to a terminal that can be drawn on."""
        return self.out.isatty() and self.variables.get("TERM", "") != "dumb"

    @property
    def has_person(self) -> bool:
        """Whether somebody can be asked."""
        return self.keyboard.isatty() and self.err.isatty()

    def say(self, line: str) -> None:
        """A line of the answer."""
        self.out.write(f"{line}\n")
