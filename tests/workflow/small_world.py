"""A small world in which nobody upgrades anything: blue serves three applications, and norikae is deployed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from local.demo.scenarios import Scenario
from local.demo.sink_watch import search
from local.demo.stage import Stage, set_stage

if TYPE_CHECKING:
    from types import TracebackType

    from local.aws.front import Call
    from local.runtime.crash import Crashes

APPLICATIONS = ("chat-api", "files-upload", "notify-push")
STORY = Scenario("story", "", "succeeded")


class SmallWorld:
    """Blue, and what people hear."""

    def __init__(self, *, scenario: Scenario = STORY, seed: int = 1, crashes: Crashes | None = None) -> None:
        self.stage: Stage = set_stage(scenario, seed, APPLICATIONS)
        self.world, self.blue = self.stage.world, self.stage.blue
        self.api = self.world.clusters[self.blue].api
        self.world.front.on_call.append(self._listen)
        self.world.runtime.crashes = crashes
        self.run(60)  # what the adoption has begun is over

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        search(self.world, self.stage.canary)
        self.stage.close()
        failures = self.world.front.failures
        self.world.close()
        if error is None:
            assert failures == [], "defects of the world itself"
            assert self.stage.canary.leaks == {}, "values of secrets where they should not be"

    def run(self, seconds: float) -> None:
        self.world.kernel.run(seconds)

    def says(self, command: str, **more: Any) -> dict[str, Any]:
        """What the function answers to an operator."""
        function = self.stage.deployment.functions["operator_command"]
        asked = {"command": command, "by": "sre", **more}
        outcome = self.world.kernel.run(self.world.kernel.process(self.world.runtime.invoke(function, asked)))
        assert not outcome.error_type, outcome.error_message
        answer: dict[str, Any] = outcome.payload
        return answer

    def hears(self, message: dict[str, Any]) -> None:
        """People are told something."""

    def _listen(self, call: Call, phase: str) -> None:
        if phase == "after" and (call.service, call.operation) == ("sns", "Publish") and not call.error_code:
            self.hears(json.loads(call.params["Message"]))
