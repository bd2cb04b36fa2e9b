"""Stopping an execution from the console is normal: at whatever state, nothing stays held, nothing stays lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.assembly import ROOT
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution

pytestmark = pytest.mark.scenario

APP = "files-upload"
GREEN = "demo-1-35-a"

OFF_THE_WAY = {
    "upgrade": {
        "Wait for the applications": "one application is synced before anybody has to wait",
        "Wait for green": "test_a_run_can_be_stopped_while_it_waits_and_while_it_holds",
        "Hold upgrade": "test_a_run_can_be_stopped_while_it_waits_and_while_it_holds",
        "Roll back applications": "test_a_run_can_be_stopped_while_it_rolls_back",
        "Wait for the rollback": "test_a_run_can_be_stopped_while_it_rolls_back",
        "Report failure": "test_a_run_can_be_stopped_while_it_rolls_back",
    },
    "shift": {
        "Roll back application": "test_a_shift_can_be_stopped_while_it_rolls_back",
        "Wait for the rollback": "test_a_shift_can_be_stopped_while_it_rolls_back",
        "Hold application": "test_a_shift_can_be_stopped_while_it_holds",
    },
}
"""States that a run without trouble does not pass, and the test that stops there."""


def on_the_way(machine: str) -> list[str]:
    """The states in which an execution spends time and that every run passes, in the order of the file.

    A Wait comes before the Task that it leads back to: once a phase is done, a later attempt does not wait in it.
    """
    states = json.loads((ROOT / "stacks" / "workflow" / f"{machine}.asl.json").read_text())["States"]
    timely = [name for name, state in states.items() if state["Type"] in ("Task", "Wait", "Map")]
    return [
        name
        for name in sorted(timely, key=lambda name: (_position(states, timely, name), states[name]["Type"] != "Wait"))
        if name not in OFF_THE_WAY[machine]
    ]


def _position(states: dict[str, Any], timely: list[str], name: str) -> int:
    return timely.index(states[name]["Next"] if states[name]["Type"] == "Wait" else name)


def child_of(upgrade: Upgrade, run: Execution) -> Execution:
    """The execution that shifts the application, as soon as there is one."""
    assert upgrade.run_until(run, "Shift application")
    upgrade.run(0.5)
    (child,) = upgrade.children()
    return child


def stop(upgrade: Upgrade, execution: Execution) -> None:
    """Stop an execution, let recover do its work, and see that nothing is held."""
    upgrade.stop(execution)
    upgrade.run(400)
    assert execution.status == "ABORTED"
    assert upgrade.serves_everywhere()
    assert (upgrade.lease(APP) or upgrade.lease()).holder in ("", upgrade.lease().holder)


@pytest.mark.xdist_group("stop-upgrade")
def test_a_run_that_is_stopped_at_every_state_arrives_all_the_same() -> None:
    with Upgrade(APP) as upgrade:
        for state in on_the_way("upgrade"):
            run = upgrade.start()
            assert upgrade.run_until(run, state), state
            stop(upgrade, run)
            assert upgrade.lease().holder == "", state
            assert upgrade.lease(APP) is None or upgrade.lease(APP).holder == "", state
        # The function of the last state ran on when its execution was stopped, as Lambda does.
        assert upgrade.report()["outcome"] == "succeeded"
        again = upgrade.start()
        assert upgrade.run_to_end(again) == "FAILED"
        assert "has ended (succeeded)" in str(again.cause)
        assert upgrade.world.cluster_states() == {GREEN: "ACTIVE"}
        assert upgrade.weights(APP) == {GREEN: 100}


@pytest.mark.xdist_group("stop-shift")
def test_a_shift_that_is_stopped_at_every_state_goes_back_to_blue_and_can_go_on() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        for state in on_the_way("shift"):
            if state == "Finish shift":
                continue  # the next test: by then the application has moved
            child = child_of(upgrade, run)
            assert state == "Prepare shift" or upgrade.run_until(child, state), state
            upgrade.stop(child)
            assert upgrade.run_until(run, "Hold upgrade"), state
            upgrade.run(400)
            assert upgrade.lease(APP).holder == "", state
            assert upgrade.weights(APP).get(GREEN, 0) == 0, state
            upgrade.command(command="resume")
        assert upgrade.run_to_end(run) == "SUCCEEDED"


@pytest.mark.xdist_group("stop-aside")
def test_a_shift_that_is_stopped_after_its_last_bake_has_moved() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Finish shift")
        stop(upgrade, child)
        assert upgrade.lease(APP).holder == ""
        assert upgrade.run_to_end(run) == "SUCCEEDED"


@pytest.mark.xdist_group("stop-aside")
def test_a_shift_can_be_stopped_while_it_holds() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Bake")
        upgrade.command(command="hold", application=APP)
        assert upgrade.run_until(child, "Hold application")
        stop(upgrade, child)
        assert upgrade.lease(APP).holder == ""
        assert upgrade.weights(APP) == {upgrade.blue: 100}
        upgrade.command(command="abort")
        assert upgrade.run_to_end(run) == "FAILED"
        assert upgrade.report()["outcome"] == "rolled-back"


@pytest.mark.xdist_group("stop-aside")
def test_a_shift_can_be_stopped_while_it_rolls_back() -> None:
    with Upgrade(APP) as upgrade:
        for state in ("Roll back application", "Wait for the rollback"):
            run = upgrade.start()
            child = child_of(upgrade, run)
            assert upgrade.run_until(child, "Bake")
            upgrade.command(command="abort", by="mio", reason="a story")
            assert upgrade.run_until(child, state), state
            stop(upgrade, child)
            assert upgrade.run_to_end(run) == "FAILED"
            assert upgrade.weights(APP) == {upgrade.blue: 100}
            assert upgrade.lease(APP).holder == ""
            assert upgrade.report()["outcome"] == "rolled-back"


@pytest.mark.xdist_group("stop-aside-2")
def test_a_run_can_be_stopped_while_it_waits_and_while_it_holds() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Wait for green")
        stop(upgrade, run)
        run = upgrade.start()
        assert upgrade.run_until(run, "Sync applications")
        upgrade.command(command="pause", by="mio")
        assert upgrade.run_until(run, "Hold upgrade")
        stop(upgrade, run)
        assert upgrade.lease().holder == ""
        assert upgrade.report()["outcome"] == "failed"
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"


@pytest.mark.xdist_group("stop-aside-2")
def test_a_run_can_be_stopped_while_it_rolls_back() -> None:
    with Upgrade(APP) as upgrade:
        for state in ("Roll back applications", "Wait for the rollback", "Report failure"):
            run = upgrade.start()
            assert upgrade.run_until(run, "Soak")
            upgrade.run(60)
            upgrade.command(command="abort", by="mio")
            assert upgrade.run_until(run, state), state
            stop(upgrade, run)
            assert upgrade.lease().holder == ""
        run = upgrade.start()
        assert upgrade.run_until(run, "Soak")
        upgrade.command(command="abort", by="mio")
        assert upgrade.run_to_end(run) == "FAILED"
        assert upgrade.weights(APP) == {upgrade.blue: 100}
        assert upgrade.report()["outcome"] == "rolled-back"
