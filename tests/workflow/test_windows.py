"""A window closes in the middle of a shift: weights stay, go back, or are moved on, as the environment file says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from local.demo.scenarios import FREEZE, SCENARIOS, Scenario
from norikae.upgrade.state import AppItem, ApprovalItem
from tests.workflow.test_stop import child_of
from tests.workflow.upgrades import RUN, Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution

pytestmark = pytest.mark.scenario
APP = "files-upload"
CLOSED, OPEN = (datetime(2026, 11, 24, *clock, tzinfo=UTC).timestamp() for clock in ((1, 55), (2, 15)))


def events(upgrade: Upgrade, what: str) -> list[dict[str, object]]:
    return [event["detail"] for event in upgrade.report()["events"] if event["what"] == what]


def steps(upgrade: Upgrade) -> tuple[tuple[float, int], ...]:
    """Instants and weights that were in force."""
    item = upgrade.table().read(RUN, f"APP#{APP}", AppItem)
    assert item is not None
    return item.steps


def waiting(upgrade: Upgrade) -> tuple[Execution, Execution]:
    """A run, and its shift that waits for the window."""
    run = upgrade.start()
    shift = child_of(upgrade, run)
    assert upgrade.run_until(shift, "Await window")
    return run, shift


@pytest.mark.long
@pytest.mark.xdist_group("windows")
def test_weights_stay_while_the_window_is_closed_and_move_on_when_it_opens() -> None:
    with Upgrade(APP, scenario=SCENARIOS["windows"]) as upgrade:
        run, shift = waiting(upgrade)
        assert upgrade.world.kernel.now() < CLOSED  # the next step would not have been over in time
        before = upgrade.weights(APP)
        assert min(before.values()) > 0
        upgrade.run(CLOSED - upgrade.world.kernel.now() + 600)
        assert upgrade.weights(APP) == before
        assert shift.status == "RUNNING"
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        assert not [weight for at, weight in steps(upgrade) if CLOSED <= at < OPEN]
        assert [one["does"] for one in events(upgrade, "window-closed")] == ["wait"]
        assert [one["until"] for one in events(upgrade, "window-closed")] == [OPEN]
        assert len(events(upgrade, "window-opened")) == 1


@pytest.mark.long
@pytest.mark.xdist_group("windows-back")
def test_an_abort_of_what_waits_for_its_window_acts_at_once() -> None:
    with Upgrade(APP, scenario=SCENARIOS["windows"]) as upgrade:
        run, shift = waiting(upgrade)
        upgrade.run(5)
        upgrade.command(command="abort", by="mio")
        assert upgrade.run_until(shift, "Roll back application")
        assert upgrade.run_to_end(run) == "FAILED"
        assert upgrade.weights(APP)[upgrade.blue] == 100


@pytest.mark.long
@pytest.mark.xdist_group("windows-back")
def test_a_shift_that_waits_for_its_window_can_be_stopped() -> None:
    with Upgrade(APP, scenario=SCENARIOS["windows"]) as upgrade:
        _, shift = waiting(upgrade)
        upgrade.run(5)
        upgrade.stop(shift)
        upgrade.run(400)
        assert upgrade.weights(APP)[upgrade.blue] == 100
        assert upgrade.lease(APP).holder == ""
        assert upgrade.table().read(RUN, f"APPROVAL#window/{APP}", ApprovalItem) is None


@pytest.mark.long
@pytest.mark.xdist_group("windows-back")
def test_a_shift_goes_back_before_the_window_closes_where_the_file_says_so() -> None:
    with Upgrade(APP, scenario=Scenario("windows", "", "partial", freeze=(FREEZE, "roll-back"))) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Hold partial run")
        assert upgrade.world.kernel.now() < CLOSED
        assert upgrade.weights(APP)[upgrade.blue] == 100
        upgrade.command(command="finish", by="mio")
        upgrade.run_to_end(run)
        assert [one["does"] for one in events(upgrade, "window-closed")] == ["roll-back"]


@pytest.mark.long
@pytest.mark.thorough
@pytest.mark.xdist_group("windows-finish")
def test_a_shift_that_may_finish_goes_on_through_the_closed_window_and_people_know() -> None:
    with Upgrade(APP, scenario=Scenario("windows", "", "succeeded", freeze=(FREEZE, "finish"))) as upgrade:
        run = upgrade.start()
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        assert steps(upgrade)[-1][1] == 100
        assert [one["does"] for one in events(upgrade, "window-closed")] == ["go-on"]
