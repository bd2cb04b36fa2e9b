"""An application that traffic has scaled out moves to a green, and back to a blue, that had scaled in."""

from __future__ import annotations

import pytest

from local.demo.rush import AUTOSCALERS
from local.demo.scenarios import Scenario
from tests.workflow.test_moving import item, shift_of
from tests.workflow.test_stop import stop
from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario

APP, NAMESPACE, GREEN = "notify-push", "notify", "demo-1-35-a"
LOWEST = 2
SERVES_ALL = 6
"""Pods that could just serve all of the traffic."""


def busy(*, prescales: bool = True, outcome: str = "succeeded") -> Scenario:
    return Scenario("story", "", outcome, busy=APP, prescales=prescales)


def pods(upgrade: Upgrade, cluster: str) -> int:
    found = upgrade.world.clusters[cluster].api.get("deployments.apps", APP, NAMESPACE)
    return int(found["status"].get("readyReplicas", 0))


def lowest(upgrade: Upgrade, cluster: str) -> int:
    found = upgrade.world.clusters[cluster].api.get(AUTOSCALERS, APP, NAMESPACE)
    return int(found["spec"]["minReplicas"])


@pytest.mark.long
@pytest.mark.xdist_group("cold-1")
def test_half_of_much_traffic_at_once_meets_a_green_as_large_as_blue() -> None:
    with Upgrade(APP, scenario=busy()) as upgrade:
        child = shift_of(upgrade, upgrade.start())
        assert upgrade.run_until(child, "Scale green")
        assert pods(upgrade, GREEN) == LOWEST
        had = pods(upgrade, upgrade.blue)
        assert had > SERVES_ALL
        assert upgrade.run_until(child, "Set weights")
        assert (pods(upgrade, GREEN), lowest(upgrade, GREEN)) == (had, had)
        upgrade.run_to_end(child)
        assert item(upgrade, APP).outcome == "moved"
        assert lowest(upgrade, GREEN) == LOWEST, "the autoscaler decides alone again"
        upgrade.run(600)
        assert pods(upgrade, GREEN) >= SERVES_ALL, "and has measured the traffic"
        assert pods(upgrade, upgrade.blue) == LOWEST


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.xdist_group("cold-1")
def test_without_it_requests_are_lost_on_the_same_way() -> None:
    with Upgrade(APP, scenario=busy(prescales=False, outcome="partial"), loses=True) as upgrade:
        child = shift_of(upgrade, upgrade.start())
        upgrade.run_to_end(child)
        reasons = upgrade.stage.clients.counts[APP].failures
        assert reasons[GREEN, "overloaded"] > 0, reasons


@pytest.mark.long
@pytest.mark.xdist_group("cold-2")
def test_a_rollback_from_100_meets_a_blue_as_large_as_it_was() -> None:
    with Upgrade(APP, scenario=busy(outcome="partial")) as upgrade:
        child = shift_of(upgrade, upgrade.start())
        while not (item(upgrade, APP).weight == 100 and pods(upgrade, upgrade.blue) == LOWEST):
            assert upgrade.run_until(child, "Judge gates")
            upgrade.run(1)
        upgrade.command(command="roll-back", application=APP, by="mio", reason="a story")
        upgrade.run_to_end(child)
        assert item(upgrade, APP).outcome == "rolled-back"
        assert [lowest(upgrade, one) for one in (upgrade.blue, GREEN)] == [LOWEST, LOWEST]
        upgrade.run(600)
        assert pods(upgrade, upgrade.blue) >= SERVES_ALL


@pytest.mark.long
@pytest.mark.xdist_group("cold-2")
def test_a_shift_can_be_stopped_while_green_grows() -> None:
    with Upgrade(APP, scenario=busy()) as upgrade:
        run = upgrade.start()
        child = shift_of(upgrade, run)
        assert upgrade.run_until(child, "Wait for green's pods")
        assert lowest(upgrade, GREEN) > LOWEST
        stop(upgrade, child)
        upgrade.command(command="abort", by="mio")
        upgrade.run_to_end(run)
        assert lowest(upgrade, GREEN) == LOWEST, "a run that has ended leaves nothing enlarged"
