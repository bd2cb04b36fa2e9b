"""A small world with somebody at a terminal; it stands still but while they watch."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TextIO

import time_machine

from cli.here import Here, reach_by_lambda
from cli.main import run
from local.assembly import ROOT
from local.demo.scenarios import SMALL, Scenario
from local.demo.stage import Stage, set_stage

if TYPE_CHECKING:
    from types import TracebackType

    from cli.target import Target
    from local.kernel import Kernel
    from norikae.commands.ports import Commander

QUIET = Scenario("terminal", "", "succeeded")
SETTLED_SECONDS = 60
"""What the adoption of blue has begun is over then."""


@dataclass(frozen=True)
class Streams:
    """What the person sees and types; the process's own by default."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    keyboard: TextIO = field(default_factory=lambda: sys.stdin)


class InWorldTime:
    """A commander that signs its requests at the world's time, as whoever lives there does.

    Args:
        commander: signs and sends.
        kernel: whose time it is.
    """

    def __init__(self, commander: Commander, kernel: Kernel) -> None:
        self._commander, self._kernel = commander, kernel

    def carry_out(self, command: dict[str, Any]) -> dict[str, Any]:
        """The function's answer."""
        with time_machine.travel(self._kernel.now(), tick=True):
            return self._commander.carry_out(command)


class Session:
    """Blue serves three applications, norikae is deployed, and somebody types.

    Args:
        scenario: what is otherwise.
        seed: the same seed gives the same world.
    """

    def __init__(self, scenario: Scenario = QUIET, seed: int = 1) -> None:
        self.stage: Stage = set_stage(scenario, seed, SMALL)
        self.world = self.stage.world
        self.world.kernel.run(SETTLED_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stage.close()
        self.world.close()

    @property
    def variables(self) -> dict[str, str]:
        """What the process has to have in its environment, so that boto3 finds this world in place of AWS."""
        key = self.world.identities.admin.access_key
        return {
            "AWS_ENDPOINT_URL": self.world.front.url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": self.world.identities.secret_key_for(key),
            "AWS_REGION": self.world.environment.region,
            "NORIKAE_ENVIRONMENT": self.world.environment.environment,
        }

    def types(self, line: str, streams: Streams, variables: Mapping[str, str]) -> int:
        """The exit code of ``norikae`` and the words of a line; sleeping lets the world live.

        Args:
            line: without the word ``norikae``.
            streams: where it is shown.
            variables: of the process, such as the terminal's kind.
        """
        here = Here(
            out=streams.out,
            err=streams.err,
            keyboard=streams.keyboard,
            variables={**variables, **self.variables},
            folder=ROOT,
            clock=self.world.kernel.seconds,
            sleep=self.world.kernel.run,
            reach=self._reach,
        )
        return run(shlex.split(line), here)

    def _reach(self, target: Target, *, changes: bool, patience: float) -> Commander:
        return InWorldTime(reach_by_lambda(target, changes=changes, patience=patience), self.world.kernel)
