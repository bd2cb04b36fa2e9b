"""Machines go away while traffic moves: those of blue fail no run, those of green hold the step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.demo.play import play
from local.demo.scenarios import SCENARIOS
from local.demo.storm import BUDGETS, moves
from tests.workflow.lines import Lines
from tests.workflow.nodes_that_go import TERMINATING
from tests.workflow.test_moving import item, shift_of
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from pathlib import Path

    from local.aws.ec2.records import Instance

pytestmark = pytest.mark.scenario

APP, GREEN = "files-upload", "demo-1-35-a"


@pytest.mark.long
@pytest.mark.xdist_group("spot-storm")
def test_most_of_blues_spot_machines_go_at_once_and_nobody_notices(tmp_path: Path) -> None:
    view = Lines()
    report = play(SCENARIOS["spot-storm"], seed=1, size="small", view=view, folder=tmp_path)
    assert report["outcome"] == "succeeded"
    assert [one["name"] for one in report["checks"] if not one["holds"]] == []
    assert len(report["checks"]) == 10
    assert report["requests"]["failed"] == 0
    said = [line.partition(" ")[0] for line in view.lines if " spot machines of " in line]
    assert said == ["EC2"]
    assert sum("takes no new pods" in line for line in view.lines) == 3
    assert sum("is empty, after" in line for line in view.lines) == 3
    assert sum("ends, with 0 pods" in line for line in view.lines) == 3


def machines_with(upgrade: Upgrade, cluster: str, application: str) -> list[Instance]:
    pods = [one for one in upgrade.world.clusters[cluster].api.list("pods") if moves(one)]
    names = {one["spec"]["nodeName"] for one in pods if one["metadata"]["name"].startswith(application)}
    return [one for one in upgrade.world.ec2.instances.values() if one.name in names and one.state == "running"]


def lets_go(upgrade: Upgrade, least: int | str) -> None:
    """The team changes by hand how many of its pods on green have to stay."""
    api = upgrade.world.clusters[GREEN].api
    api.patch(BUDGETS, APP, "files", {"spec": {"minAvailable": least}}, manager="kubectl-edit")


@pytest.mark.long
@pytest.mark.xdist_group("interrupted-shift")
def test_nodes_of_green_that_go_hold_the_step_and_those_of_blue_do_not() -> None:
    with Upgrade(APP) as upgrade:
        world, told = upgrade.world, []

        def hear(call: Any, phase: str) -> None:
            if phase == "after" and call.operation == "Publish":
                told.append(json.loads(call.params["Message"]))

        world.front.on_call.append(hear)
        run = upgrade.start()
        child = shift_of(upgrade, run)
        while item(upgrade).weight == 0:
            assert upgrade.run_until(child, "Judge gates")
        going = machines_with(upgrade, GREEN, APP)[:2]
        lets_go(upgrade, "100%")
        autoscaling = world.client("autoscaling")
        for name in {one.tags["aws:autoscaling:groupName"] for one in going}:
            autoscaling.put_lifecycle_hook(
                AutoScalingGroupName=name,
                LifecycleHookName="drain",
                LifecycleTransition=TERMINATING,
                HeartbeatTimeout=300,
                DefaultResult="CONTINUE",
            )
        for one in going:
            autoscaling.terminate_instance_in_auto_scaling_group(
                InstanceId=one.id, ShouldDecrementDesiredCapacity=False
            )
        world.ec2.interrupt(machines_with(upgrade, upgrade.blue, APP)[0].id)
        upgrade.run(20)
        before = item(upgrade).weight
        upgrade.run(400)
        assert item(upgrade).weight == before, "a bake is two minutes, and has been over for long"
        assert item(upgrade).drains > 0
        assert (item(upgrade).outcome, upgrade.children()) == ("shifting", [child])

        roles = {(one["role"], one["state"]) for one in told if one["event"] == "interruption"}
        assert {("green", "blocked"), ("blue", "drained")} <= roles
        lets_go(upgrade, 2)
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        assert upgrade.weights(APP) == {GREEN: 100}
        assert not [one for one in going if one.state == "running"]
