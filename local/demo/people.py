"""The people of the demo: an operator who reads the topic and answers what is asked, as one would in the console."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.front import Call
    from local.kernel import Steps
    from local.world import World

READING_SECONDS = 60
"""How long a person takes to read a plan; kept short, since nobody wants to watch that."""


class Operator:
    """Approves plans and decommissions by the hash in the message.

    Args:
        world: where the operator lives.
        command: ARN of the function ``operator_command``.
        heard: is told every message, for the log.
    """

    def __init__(self, world: World, command: str, heard: Callable[[str], None]) -> None:
        self._world, self._command, self._heard = world, command, heard
        world.front.on_call.append(self._notice)

    def _notice(self, call: Call, phase: str) -> None:
        if phase != "after" or (call.service, call.operation) != ("sns", "Publish") or call.error_code:
            return
        message = json.loads(call.params["Message"])
        self._heard(call.params["Subject"])
        if message["event"] == "waiting" and message["subject"] in ("plan", "decommission"):
            self._world.kernel.after(READING_SECONDS, lambda: self._world.kernel.process(self._approve(message)))

    def _approve(self, message: dict[str, Any]) -> Steps:
        command = {
            "command": "approve",
            "run": message["run"],
            "subject": message["subject"],
            "plan_hash": message["plan_hash"],
            "by": "demo operator",
            "reason": "demo",
        }
        for _ in range(10):  # an operator whose click ended in an error clicks again
            outcome = yield from self._world.runtime.invoke(self._command, command)
            if not outcome.error_type or outcome.error_type == "RefusedError":
                return
            yield self._world.kernel.env.timeout(READING_SECONDS)
