"""How runs end: soaked and decommissioned, refused, rolled back, or stopped from the console."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.environment import Environment, OnStop
from norikae.errors import BadRequestError, RefusedError, TransientError
from norikae.upgrade.finish import decommission_blue, finish_upgrade, report_failure, roll_back_applications, soak
from norikae.upgrade.recovery import recover
from norikae.upgrade.state import ClustersItem, PhaseItem
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, PARENT, RUN, SHIFT, WRITER, Story


def on_stop(environment: Environment, **policy: Any) -> Environment:
    return msgspec.structs.replace(environment, on_stop=OnStop(**policy))


def ended(execution: str, status: str = "ABORTED") -> dict[str, Any]:
    return {"detail": {"executionArn": execution, "status": status}}


def phase(story: Story) -> PhaseItem:
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    return item


def test_the_soak_counts_from_the_last_application_that_arrived() -> None:
    story = Story()
    story.moved()
    assert soak(story.ports, WRITER)["next"] == "wait"
    story.time_passes(story.ports.environment.soak.duration)
    assert soak(story.ports, WRITER)["next"] == "go-on"


def test_the_soak_refuses_while_an_application_is_not_there() -> None:
    story = Story(applications=(APP, "shop"))
    story.moved()
    with pytest.raises(RefusedError, match="shop has 0 of 100 on green"):
        soak(story.ports, WRITER)


def test_the_soak_refuses_when_green_is_not_healthy() -> None:
    story = Story()
    story.moved()
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    with pytest.raises(RefusedError, match="not healthy on green"):
        soak(story.ports, WRITER)


def test_decommission_begins_with_the_point_of_no_return_and_removes_blue_from_dns_first() -> None:
    story = Story()
    story.moved()
    answer = decommission_blue(story.ports, WRITER)
    assert answer["next"] == "wait"
    assert phase(story).point_of_no_return
    assert story.weights() == {GREEN: 100}
    story.ports.dns.looks_until_in_sync = 1
    assert "propagates" in decommission_blue(story.ports, WRITER)["waiting_for"]
    assert decommission_blue(story.ports, WRITER)["next"] == "go-on"


def test_an_abort_before_the_point_of_no_return_still_counts() -> None:
    story = Story()
    story.moved()
    story.operators_say(aborted=True, by="mio")
    assert decommission_blue(story.ports, WRITER)["next"] == "abort"
    assert not phase(story).point_of_no_return


def test_decommission_refuses_while_a_name_gives_blue_a_weight() -> None:
    story = Story()
    story.moved()
    decommission_blue(story.ports, WRITER)
    story.ports.dns.sets[HOST, "A", BLUE] = _weighted_blue()
    with pytest.raises(RefusedError, match="still has a weight"):
        decommission_blue(story.ports, WRITER)


def test_a_run_that_ends_well_makes_green_the_next_blue_and_frees_the_environment() -> None:
    story = Story()
    story.moved()
    assert finish_upgrade(story.ports, WRITER, PARENT)["outcome"] == "succeeded"
    clusters = story.ports.table.environment("CLUSTERS", ClustersItem)
    assert clusters == ClustersItem(blue=GREEN, run=RUN)
    assert story.ports.table.lease("").holder == ""
    report = story.ports.evidence.documents[f"{RUN}/report.json"]
    assert report["applications"][0]["weights"][-1][1] == 100


def test_a_failed_request_without_a_run_is_told_and_holds_nothing() -> None:
    story = Story()
    state = {"verison": "1.35", "error": {"Error": "BadRequestError", "Cause": '{"errorMessage": "input: verison"}'}}
    answer = report_failure(story.ports, state, PARENT)
    assert answer == {"error": "UpgradeRefused", "cause": "BadRequestError: input: verison"}
    assert story.ports.table.lease("").holder == ""


@pytest.mark.parametrize(
    ("span", "rolled_back", "outcome"),
    [
        ("run-preflight", False, "UpgradeRefused"),
        ("ensure-green-cluster", False, "UpgradeFailed"),
        ("ensure-green-cluster", True, "UpgradeRolledBack"),
    ],
)
def test_the_end_says_how_far_the_run_came(span: str, rolled_back: bool, outcome: str) -> None:  # noqa: FBT001
    story = Story()
    from norikae.upgrade.phase import enter  # noqa: PLC0415

    enter(story.ports, WRITER, span)
    if rolled_back:
        story.prepared()
        story.moved_to(5)
        story.rolled_back()
        story.rolled_back()
    assert report_failure(story.ports, WRITER.answer(), PARENT)["error"] == outcome


def test_all_applications_are_rolled_back_even_when_one_refuses() -> None:
    story = Story(applications=(APP, "shop"))
    for name in (APP, "shop"):
        story.prepared(name=name)
        story.moved_to(50, name)
    story.ports.dns.write(HOST, GREEN, 42)
    with pytest.raises(RefusedError, match="norikae wrote"):
        roll_back_applications(story.ports, WRITER)
    assert story.ports.dns.weights("shop.example.com") == {BLUE: 100}


def test_rolling_back_goes_on_until_everything_is_in_force() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    assert [roll_back_applications(story.ports, WRITER)["next"] for _ in range(2)] == ["wait", "go-on"]


def test_a_stopped_shift_is_rolled_back_and_its_lease_is_free() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    with pytest.raises(TransientError, match="not in force yet"):
        recover(story.ports, ended(SHIFT))
    assert recover(story.ports, ended(SHIFT))["outcome"] == "rolled-back"
    assert story.weights() == {BLUE: 100}
    assert story.ports.table.lease(APP).holder == ""


def test_a_stopped_shift_can_be_held_instead() -> None:
    story = Story()
    story.ports.environment = on_stop(story.ports.environment, shift="hold")
    story.prepared()
    story.moved_to(50)
    assert recover(story.ports, ended(SHIFT))["outcome"] == "held"
    assert story.weights() == {BLUE: 50, GREEN: 50}


def test_a_stopped_run_holds_by_default_and_frees_the_environment() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    assert recover(story.ports, ended(PARENT)) == {"run": RUN, "outcome": "held"}
    assert phase(story).outcome == "held"
    assert story.ports.table.lease("").holder == ""


def test_a_stopped_run_is_rolled_back_where_the_environment_says_so() -> None:
    story = Story()
    story.ports.environment = on_stop(story.ports.environment, upgrade="roll-back")
    story.prepared()
    story.moved_to(50)
    with pytest.raises(TransientError):
        recover(story.ports, ended(PARENT, "TIMED_OUT"))
    assert recover(story.ports, ended(PARENT, "TIMED_OUT"))["outcome"] == "rolled-back"


def test_a_rollback_that_is_refused_during_recovery_is_told() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    story.ports.load_balancers.groups[f"{BLUE}.elb.example"] = (0, 2)
    assert "green keeps 50" in recover(story.ports, ended(SHIFT))["outcome"]
    assert story.ports.table.lease(APP).holder == ""


def test_an_execution_that_ended_in_its_own_words_needs_no_recovery() -> None:
    story = Story()
    assert recover(story.ports, ended("arn:upgrade:of-yesterday", "FAILED")) == {"outcome": "nothing-to-recover"}


def test_recover_takes_nothing_but_status_changes() -> None:
    with pytest.raises(BadRequestError, match="execution status changes"):
        recover(Story().ports, {"detail": {}})


def _weighted_blue() -> Any:
    from tests.unit.fakes.ports import alias  # noqa: PLC0415

    return alias(HOST, BLUE, 1)
