"""The watch over the end of support in a whole world: its own rights, its command, the run that it begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Fault
from local.aws.simulator import AwsError
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.front import Call

pytestmark = [pytest.mark.scenario, pytest.mark.xdist_group("support")]


def look(upgrade: Upgrade) -> tuple[dict[str, Any], list[str]]:
    """What a look answers, or how it failed, and what people read of it."""
    told: list[str] = []

    def listen(call: Call, when: str) -> None:
        if when == "before" and call.operation == "Publish":
            message = json.loads(call.params["Message"])
            if message["event"].startswith(("support-", "health-")):  # the run that it began speaks, too
                told.append(f"{message['severity']}: {message['event']}")

    upgrade.world.front.on_call.append(listen)
    function = upgrade.stage.deployment.functions["watch_support"]
    outcome = upgrade.world.kernel.run(upgrade.world.kernel.process(upgrade.world.runtime.invoke(function, {})))
    upgrade.world.front.on_call.remove(listen)
    return outcome.payload or {"error": outcome.error_type}, told


def runs(upgrade: Upgrade) -> list[Any]:
    made = upgrade.world.step_functions.executions.values()
    return [one for one in made if one.machine.name.endswith("upgrade")]


def test_people_are_told_and_one_plan_is_made_however_often_somebody_looks() -> None:
    with Upgrade("files-upload", approves=False) as upgrade:
        upgrade.world.aws_health.happens(about=[upgrade.blue])
        upgrade.world.aws_health.happens(about=["somebody-elses"])
        answer, told = look(upgrade)
        assert told == ["page: support-ends", "action: health-event"]
        (execution,) = runs(upgrade)
        assert answer["run"] == execution.name.removesuffix("-a1")
        upgrade.world.aws_health.is_subscribed = False
        assert look(upgrade) == (
            {"cluster": upgrade.blue, "version": "1.33", "told": ["health-unread"]},
            ["info: health-unread"],
        )
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        status = upgrade.command(command="status")
        assert (status["outcome"], status["requested_by"]) == ("planned", "schedule support")
        assert look(upgrade)[1] == []
        assert runs(upgrade) == [execution]


def test_a_look_that_dies_after_its_command_makes_no_second_plan() -> None:
    with Upgrade("files-upload", approves=False) as upgrade:
        dies = [True]

        def before_it_remembers(call: Call) -> Fault | None:
            item = str(call.params.get("Item"))
            is_about = "SUPPORT#" in item and '"planned":' in item
            error = AwsError("InternalServerError", "Internal server error", 500)
            return Fault(error) if dies[0] and call.operation == "PutItem" and is_about else None

        upgrade.world.front.faults.append(before_it_remembers)
        failed, told = look(upgrade)
        assert failed == {"error": "UnreachableError"}
        assert told == ["page: support-ends"]
        (execution,) = runs(upgrade)
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        dies[0] = False
        answer, told = look(upgrade)
        assert (answer["run"], told) == (execution.name.removesuffix("-a1"), [])
        assert runs(upgrade) == [execution]
