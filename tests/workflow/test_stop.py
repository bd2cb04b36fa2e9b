"""Stopping an execution from the console is normal: at whatever state, nothing stays held, nothing stays lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.assembly import ROOT
from local.demo.scenarios import Scenario
from local.team import Team
from norikae.upgrade.sync_state import DiffItem
from tests.workflow.injections import contest
from tests.workflow.upgrades import RUN, Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution

pytestmark = [pytest.mark.scenario, pytest.mark.long]

APP = "files-upload"
WITH_A_SINGLETON, CRON_JOB = "files-preview", "previews-cleanup"
GREEN = "demo-1-35-a"
LAST_QUESTION = "Request decommission approval"
MOVED = ("Hand off singletons", "Finish shift")
"""States of the shift machine that come after the application has moved."""

OFF_THE_WAY = {
    "upgrade": {
        "Wait for the applications": "one application is synced before anybody has to wait",
        "Wait for the comparison": "test_a_run_can_be_stopped_while_it_compares_and_while_it_asks",
        "Request sync approval": "test_a_run_can_be_stopped_while_it_compares_and_while_it_asks",
        "Wait for the hand-over": "it waits only when Argo CD writes between a look and its patch",
        "Wait for the hand-off": "test_both_machines_can_be_stopped_while_they_hand_off",
        "Wait for green": "test_a_run_can_be_stopped_while_it_waits_and_while_it_holds",
        "Await window": "its window has to be closed; the run does there what a shift does in test_windows",
        "Hold partial run": "test_a_run_can_be_stopped_while_it_is_partial",
        "Hold upgrade": "test_a_run_can_be_stopped_while_it_waits_and_while_it_holds",
        "Roll back applications": "test_a_run_can_be_stopped_while_it_rolls_back",
        "Wait for the rollback": "test_a_run_can_be_stopped_while_it_rolls_back",
        "Report failure": "test_a_run_can_be_stopped_while_it_rolls_back",
    },
    "shift": {
        "Wait for green's pods": "test_a_shift_can_be_stopped_while_green_grows",
        "Wait for the hand-off": "test_both_machines_can_be_stopped_while_they_hand_off",
        "Roll back application": "test_a_shift_can_be_stopped_while_it_rolls_back",
        "Wait for the rollback": "test_a_shift_can_be_stopped_while_it_rolls_back",
        "Await window": "test_windows: test_a_shift_that_waits_for_its_window_can_be_stopped",
        "Hold application": "test_a_shift_can_be_stopped_while_it_holds",
        "Ask team": "test_a_shift_can_be_stopped_while_its_team_is_asked",
        "Hold failed rollback": "test_a_shift_can_be_stopped_while_blue_does_not_take_it_back",
        "Stop run": "test_a_shift_can_be_stopped_while_it_stops_the_run",
        "Restore safe weights": "test_a_shift_can_be_stopped_while_it_restores_contested_weights",
    },
}
"""States that a run without trouble does not pass, and the test that stops there, or why none does."""


def on_the_way(machine: str) -> list[str]:
    """The states in which an execution spends time and that every run passes, in the order of the file.

    A Wait comes before the Task that it leads back to: once a phase is done, a later attempt does not wait in it.
    """
    states, timely = _states(machine), timely_states(machine)
    return [
        name
        for name in sorted(timely, key=lambda name: (_position(states, timely, name), states[name]["Type"] != "Wait"))
        if name not in OFF_THE_WAY[machine]
    ]


def timely_states(machine: str) -> list[str]:
    """Every state in which an execution spends time, in the order of the file."""
    return [name for name, state in _states(machine).items() if state["Type"] in ("Task", "Wait", "Map")]


def _states(machine: str) -> dict[str, Any]:
    states: dict[str, Any] = json.loads((ROOT / "stacks" / "workflow" / f"{machine}.asl.json").read_text())["States"]
    return states


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


def stop_at(upgrade: Upgrade, states: list[str]) -> None:
    """One attempt for each state, which is stopped there."""
    for state in states:
        run = upgrade.start()
        assert upgrade.run_until(run, state), state
        stop(upgrade, run)
        assert upgrade.lease().holder == "", state
        assert upgrade.lease(APP) is None or upgrade.lease(APP).holder == "", state


@pytest.mark.xdist_group("stop-build")
def test_a_run_that_is_stopped_at_every_state_before_the_hand_over_gets_there_all_the_same() -> None:
    states = on_the_way("upgrade")
    with Upgrade(APP) as upgrade:
        stop_at(upgrade, states[: states.index("Hand over green")])
        assert upgrade.run_until(upgrade.start(), "Hand over green")
        assert upgrade.world.cluster_states() == {upgrade.blue: "ACTIVE", GREEN: "ACTIVE"}
        assert upgrade.weights(APP) == {upgrade.blue: 100}


@pytest.mark.xdist_group("stop-move")
def test_a_run_that_is_stopped_at_every_state_from_the_hand_over_to_the_soak_moves_all_the_same() -> None:
    states = on_the_way("upgrade")
    with Upgrade(APP) as upgrade:
        stop_at(upgrade, states[states.index("Hand over green") : states.index(LAST_QUESTION)])
        assert upgrade.run_until(upgrade.start(), LAST_QUESTION)
        assert upgrade.world.cluster_states() == {upgrade.blue: "ACTIVE", GREEN: "ACTIVE"}
        assert upgrade.weights(APP) == {upgrade.blue: 0, GREEN: 100}


@pytest.mark.xdist_group("stop-decommission")
def test_a_run_that_is_stopped_at_every_state_after_the_soak_arrives_all_the_same() -> None:
    states = on_the_way("upgrade")
    with Upgrade(APP) as upgrade:
        stop_at(upgrade, states[states.index(LAST_QUESTION) :])
        # The function of the last state ran on when its execution was stopped, as Lambda does.
        assert upgrade.report()["outcome"] == "succeeded"
        again = upgrade.start()
        assert upgrade.run_to_end(again) == "FAILED"
        assert "has ended (succeeded)" in str(again.cause)
        assert upgrade.world.cluster_states() == {GREEN: "ACTIVE"}
        assert upgrade.weights(APP) == {GREEN: 100}


@pytest.mark.xdist_group("stop-compare")
def test_a_run_can_be_stopped_while_it_compares_and_while_it_asks() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Sync platform")
        green, blue = (upgrade.world.clusters[name].api for name in (GREEN, upgrade.blue))
        green.patch("deployments.apps", "argocd-server", "argocd", {"spec": {"replicas": 0}}, manager="kubectl")
        assert upgrade.run_until(run, "Wait for the comparison")
        stop(upgrade, run)
        green.patch("deployments.apps", "argocd-server", "argocd", {"spec": {"replicas": 1}}, manager="kubectl")
        run = upgrade.start()
        assert upgrade.run_until(run, "Sync platform")
        whole = blue.get("configmaps", APP, "files")["data"]
        blue.patch("configmaps", APP, "files", {"data": {"MAX_MEGABYTES": "1"}}, manager="kubectl-edit")
        assert upgrade.run_until(run, "Request sync approval")
        upgrade.run(5)
        stop(upgrade, run)
        assert upgrade.lease().holder == ""
        assert green.list("deployments.apps", "files") == []
        blue.patch("configmaps", APP, "files", {"data": whole}, manager="kubectl-edit")
        upgrade.run(400)  # preflight refuses while blue's Argo CD sees the difference
        run = upgrade.start()
        assert upgrade.run_until(run, "Verify green")
        wave = upgrade.table().read(RUN, f"DIFF#sync-applications#{APP}", DiffItem)
        assert wave is not None
        assert (wave.verdict, wave.attempt, wave.unexpected) == ("expected", 3, 0)
        assert green.list("deployments.apps", "files") != []


@pytest.mark.xdist_group("stop-hand-off")
def test_both_machines_can_be_stopped_while_they_hand_off() -> None:
    with Upgrade(WITH_A_SINGLETON) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Wait for the hand-off")
        upgrade.stop(child)
        blue, green = (upgrade.world.clusters[name].api for name in (upgrade.blue, GREEN))
        # Somebody starts it on blue once more, so that the run has to wait for its end, too.
        blue.patch("cronjobs.batch", CRON_JOB, "files", {"spec": {"suspend": False}}, manager="kubectl-edit")
        assert upgrade.run_until(run, "Wait for the hand-off")
        upgrade.stop(run)
        upgrade.run(400)
        assert (upgrade.lease().holder, upgrade.lease(WITH_A_SINGLETON).holder) == ("", "")
        assert blue.get("cronjobs.batch", CRON_JOB, "files")["spec"]["suspend"]
        run = upgrade.start()
        assert upgrade.run_until(run, "Soak")
        assert blue.get("cronjobs.batch", CRON_JOB, "files")["spec"]["suspend"]
        assert not green.get("cronjobs.batch", CRON_JOB, "files")["spec"].get("suspend")
        assert upgrade.weights(WITH_A_SINGLETON) == {upgrade.blue: 0, GREEN: 100}


@pytest.mark.xdist_group("stop-shift")
def test_a_shift_that_is_stopped_at_every_state_goes_back_to_blue_and_can_go_on() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        for state in on_the_way("shift"):
            if state in MOVED:
                continue  # the next test
            child = child_of(upgrade, run)
            assert state == "Prepare shift" or upgrade.run_until(child, state), state
            upgrade.stop(child)
            assert upgrade.run_until(run, "Hold partial run"), state
            upgrade.run(400)
            assert upgrade.lease(APP).holder == "", state
            assert upgrade.weights(APP).get(GREEN, 0) == 0, state
            upgrade.command(command="resume")
        assert upgrade.run_to_end(run) == "SUCCEEDED"


@pytest.mark.parametrize("state", [pytest.param(state, marks=pytest.mark.xdist_group(state)) for state in MOVED])
def test_a_shift_that_is_stopped_after_its_last_bake_has_moved(state: str) -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, state)
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


@pytest.mark.xdist_group("stop-aside-3")
def test_a_run_can_be_stopped_while_it_is_partial() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Bake")
        upgrade.command(command="roll-back", application=APP, by="mio")
        assert upgrade.run_until(run, "Hold partial run")
        stop(upgrade, run)
        assert upgrade.lease().holder == ""
        assert upgrade.weights(APP) == {upgrade.blue: 100}
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"


@pytest.mark.xdist_group("stop-aside-3")
def test_a_shift_can_be_stopped_while_its_team_is_asked() -> None:
    with Upgrade(APP) as upgrade:
        of_its_team(upgrade)
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Ask team")
        upgrade.run(60)
        stop(upgrade, child)
        assert upgrade.lease(APP).holder == ""
        assert upgrade.run_until(run, "Hold partial run")
        upgrade.run(5)
        assert [one["subject"] for one in upgrade.command(command="status")["questions"]] == ["partial"]
        upgrade.command(command="shift", application=APP, by="team-files")
        upgrade.run(30)
        (alone,) = upgrade.children()
        upgrade.run_to_end(alone)
        upgrade.command(command="resume", by="mio")
        assert upgrade.run_to_end(run) == "SUCCEEDED"


@pytest.mark.xdist_group("stop-aside-4")
def test_a_shift_can_be_stopped_while_blue_does_not_take_it_back() -> None:
    with Upgrade(APP, loses=True) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Bake")
        blue = upgrade.world.clusters[upgrade.blue].api
        size = blue.get("deployments.apps", APP, "files")["spec"]["replicas"]
        blue.patch("deployments.apps", APP, "files", {"spec": {"replicas": 0}}, manager="kubectl")
        upgrade.run(30)
        upgrade.command(command="roll-back", application=APP, by="mio")
        assert upgrade.run_until(child, "Hold failed rollback")
        upgrade.run(5)
        stop(upgrade, child)
        assert upgrade.lease(APP).holder == ""
        assert upgrade.weights(APP)[GREEN] == 5, "nobody is sent to a blue that does not answer"
        assert any("the shift of files-upload was aborted: held" in line for line in upgrade.told)
        blue.patch("deployments.apps", APP, "files", {"spec": {"replicas": size}}, manager="kubectl")
        upgrade.run(300)
        upgrade.command(command="abort", by="mio")
        assert upgrade.run_to_end(run) == "FAILED"
        assert upgrade.weights(APP) == {upgrade.blue: 100}


@pytest.mark.xdist_group("stop-aside-4")
def test_a_shift_can_be_stopped_while_it_stops_the_run() -> None:
    scenario = Scenario("story", "", "rolled-back", bad="notify-push", on_failure="roll-back-all")
    with Upgrade("notify-push", scenario=scenario, loses=True) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Stop run")
        upgrade.stop(child)
        upgrade.run_to_end(run)
        upgrade.run(400)
        assert upgrade.weights("notify-push") == {upgrade.blue: 100}
        assert (upgrade.lease().holder, upgrade.lease("notify-push").holder) == ("", "")
        assert upgrade.report()["outcome"] == "rolled-back", "the command was on its way already"


def test_a_shift_can_be_stopped_while_it_restores_contested_weights() -> None:
    with Upgrade(APP, loses=True) as upgrade:
        run = upgrade.start()
        child = child_of(upgrade, run)
        assert upgrade.run_until(child, "Bake")
        contest(upgrade, APP)
        assert upgrade.run_until(child, "Restore safe weights")
        upgrade.stop(child)
        upgrade.run(400)
        assert upgrade.lease(APP).holder == ""
        weights = upgrade.weights(APP)
        assert (weights.pop(upgrade.blue), any(weights.values())) == (100, False), "what was under way comes first"
        assert any("is contested" in line for line in upgrade.told)


def of_its_team(upgrade: Upgrade) -> None:
    """The team of the application wants to move it itself."""
    team = Team("team-files", upgrade.world.git.at(upgrade.world.environment.argocd.repository))
    blue = upgrade.world.clusters[upgrade.blue].api
    ingress = f"apps/{APP}/templates/ingress.yaml"
    team.hotfix(ingress, lambda text: text.replace('shift: "true"', "shift: team"), APP, [blue])
    upgrade.run(60)
