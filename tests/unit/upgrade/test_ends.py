"""How runs end: soaked and decommissioned, refused, rolled back, or stopped from the console."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.environment import Environment, OnStop
from norikae.errors import BadRequestError, RefusedError, TransientError
from norikae.upgrade.back import roll_back_applications
from norikae.upgrade.finish import finish_upgrade, report_failure
from norikae.upgrade.phase import enter
from norikae.upgrade.recovery import recover
from norikae.upgrade.soak import soak
from norikae.upgrade.state import AppItem, ClustersItem, Flags, PhaseItem
from tests.unit.fakes.ports import FakeTable
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, PARENT, RUN, SHIFT, WRITER, Story


def on_stop(environment: Environment, **policy: Any) -> Environment:
    return msgspec.structs.replace(environment, on_stop=OnStop(**policy))


def ended(execution: str, status: str = "ABORTED") -> dict[str, Any]:
    return {"detail": {"executionArn": execution, "status": status}}


def phase(story: Story) -> PhaseItem:
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    return item


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
    enter(story.ports, WRITER, span)
    if rolled_back:
        story.prepared()
        story.moved_to(5)
        story.rolled_back()
        story.rolled_back()
    assert report_failure(story.ports, WRITER.answer(), PARENT)["error"] == outcome


def test_all_applications_are_rolled_back_even_when_one_refuses() -> None:
    story = Story(applications=(APP, "shop"), stops=(50,))
    for name in (APP, "shop"):
        story.prepared(name=name)
        story.moved_to(100, name)
        story.ports.table.release(name, SHIFT)
    story.ports.dns.write(HOST, GREEN, 42)
    assert roll_back_applications(story.ports, WRITER)["next"] == "wait"
    assert story.ports.dns.weights("shop.example.com") == {BLUE: 50, GREEN: 50}
    story.time_passes(31)
    assert roll_back_applications(story.ports, WRITER)["next"] == "wait", "nobody's stop is where the run holds"
    with pytest.raises(RefusedError, match="norikae wrote"):
        roll_back_applications(story.ports, WRITER)
    assert story.ports.dns.weights("shop.example.com") == {BLUE: 100}


def test_rolling_back_goes_on_until_everything_is_in_force() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    story.ports.table.release(APP, SHIFT)
    assert [roll_back_applications(story.ports, WRITER)["next"] for _ in range(2)] == ["wait", "go-on"]


def test_a_shift_that_lives_is_waited_for_when_everything_goes_back() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    assert roll_back_applications(story.ports, WRITER)["next"] == "wait"
    assert story.weights() == {BLUE: 50, GREEN: 50}, "it hears of the abort by itself"
    story.ports.executions.statuses[SHIFT] = "ABORTED"
    assert [roll_back_applications(story.ports, WRITER)["next"] for _ in range(2)] == ["wait", "go-on"]


def test_the_flags_of_a_run_end_with_it() -> None:
    story = Story()
    enter(story.ports, WRITER, "ensure-green-cluster")
    story.operators_say(aborted=True, by="mio", reason="a story")
    ended = report_failure(story.ports, WRITER.answer(), PARENT)
    assert ended == {"error": "UpgradeRolledBack", "cause": "aborted by mio: a story"}
    assert story.ports.table.read(RUN, "FLAGS", Flags) == Flags()


def test_an_abort_of_the_next_attempt_that_comes_as_this_one_ends_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    story, release = Story(), FakeTable.release
    enter(story.ports, WRITER, "ensure-green-cluster")
    story.operators_say(paused=True, by="mio", reason="a story")

    def free_for_the_next_one(table: FakeTable, key: str, holder: str) -> bool:
        freed = release(table, key, holder)
        story.operators_say(aborted=True, by="ken", reason="wrong version")
        return freed

    monkeypatch.setattr(FakeTable, "release", free_for_the_next_one)
    report_failure(story.ports, WRITER.answer(), PARENT)

    flags = story.ports.table.read(RUN, "FLAGS", Flags)
    assert flags is not None
    assert (flags.aborted, flags.by) == (True, "ken")


@pytest.mark.parametrize(
    ("outcomes", "weights", "expected"),
    [
        (("rolled-back", "rolled-back"), (0, 0), "UpgradeRolledBack"),
        (("rolled-back", "held"), (0, 50), "UpgradePartial"),
        (("moved", "rolled-back"), (100, 0), "UpgradePartial"),
        (("moved", "moved"), (100, 100), "UpgradeFailed"),
        (("rollback-failed", "rolled-back"), (100, 0), "UpgradePartial"),
        (("held", "held"), (0, 0), "UpgradeFailed"),
    ],
)
def test_how_a_run_ended_is_what_its_applications_say(
    outcomes: tuple[Any, ...], weights: tuple[int, ...], expected: str
) -> None:
    story = Story(applications=(APP, "shop"))
    enter(story.ports, WRITER, "ensure-green-cluster")
    for name, outcome, weight in zip((APP, "shop"), outcomes, weights, strict=True):
        item = AppItem(application=name, outcome=outcome, weight=weight)
        story.ports.table.write(WRITER, f"APP#{name}", item)
    assert report_failure(story.ports, WRITER.answer(), PARENT)["error"] == expected


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


@pytest.mark.parametrize("policy", ["roll-back", "hold"])
def test_a_shift_that_was_stopped_when_it_had_moved_stays_moved(policy: str) -> None:
    story = Story()
    story.ports.environment = on_stop(story.ports.environment, shift=policy)
    story.prepared()
    story.moved_to(100)
    story.time_passes(301)
    assert story.judged(100)["next"] == "finish"
    assert recover(story.ports, ended(SHIFT)) == {"run": RUN, "application": APP, "outcome": "moved"}
    assert story.weights() == {BLUE: 0, GREEN: 100}
    assert story.ports.table.lease(APP).holder == ""
    assert soak(story.ports, WRITER)["next"] == "wait"


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
    with pytest.raises(TransientError, match="not in force yet"):
        recover(story.ports, ended(PARENT, "TIMED_OUT"))
    assert story.weights() == {BLUE: 50, GREEN: 50}, "its shift lives and hears of it itself"
    story.ports.executions.statuses[SHIFT] = "ABORTED"
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
