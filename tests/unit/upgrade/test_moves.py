"""Commands about one application, and how a run ends of which not everything moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from norikae.approvals.ask import hold_application, hold_failed_rollback, hold_partial_run
from norikae.commands.operate import operate
from norikae.errors import AbortedError, BadRequestError, RefusedError
from norikae.report.cost import Kept, cost_per_day
from norikae.settings import Settings
from norikae.upgrade.conclude import conclude_shifts
from norikae.upgrade.finish import report_failure
from norikae.upgrade.phase import enter
from norikae.upgrade.state import ApprovalItem, Flags, PhaseItem
from tests.unit.fakes.ports import FakeTable
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, RUN, WRITER, Story

OTHER = "shop"


def half_moved() -> Story:
    """Two applications: one on green, one that went back."""
    story = Story(applications=(APP, OTHER))
    story.ports.settings = Settings(shift_machine="arn:shift")
    enter(story.ports, WRITER, "ensure-green-cluster")
    enter(story.ports, WRITER, "shift-applications")
    story.moved(APP)
    story.prepared(name=OTHER)
    story.moved_to(5, OTHER)
    while story.rolled_back(OTHER) == "wait":
        story.time_passes(15)
    story.finished(OTHER)
    return story


def partial(story: Story) -> dict[str, Any]:
    """The run holds as partial."""
    answer = conclude_shifts(story.ports, WRITER)
    assert answer["next"] == "partial"
    hold_partial_run(story.ports, WRITER, "token", {"progress": answer})
    return answer


def test_a_run_of_which_everything_moved_goes_on() -> None:
    story = Story()
    story.moved()
    assert conclude_shifts(story.ports, WRITER) == {"next": "go-on", "waiting_for": ""}


def test_a_partial_run_says_what_is_missing_what_it_costs_and_what_next() -> None:
    text = partial(half_moved())["waiting_for"]
    assert text.startswith("1 of 2 applications moved. Not moved: shop (rolled-back")
    assert f"16.80 USD a day for 2 control planes, besides 0 nodes of {BLUE}, 0 nodes of {GREEN}" in text
    for command in ("resume", "shift", "roll-back", "finish", "abort"):
        assert command in text


def test_a_cluster_that_cannot_say_how_many_nodes_it_has_is_named_all_the_same() -> None:
    story = half_moved()
    story.ports.kubernetes(BLUE).gone = True
    assert f"the nodes of {BLUE}, 0 nodes of {GREEN}" in partial(story)["waiting_for"]


def test_extended_support_costs_six_times_as_much() -> None:
    kept = (Kept("old", "EXTENDED_SUPPORT", 9), Kept("new", "STANDARD_SUPPORT", 8))
    assert cost_per_day(kept).startswith("16.80 USD a day for 2 control planes, besides 9 nodes of old, 8 nodes of new")


def test_an_abort_during_the_shifts_goes_back_instead() -> None:
    story = half_moved()
    story.operators_say(aborted=True, by="mio")
    assert conclude_shifts(story.ports, WRITER) == {"next": "abort", "waiting_for": "aborted by mio"}


def test_a_partial_run_is_finished_with_both_clusters() -> None:
    story = half_moved()
    partial(story)
    operate(story.ports, {"command": "finish", "by": "mio"})
    answer = story.ports.executions.answers["token"]
    assert answer["next"] == "finish"
    ended = report_failure(story.ports, {**WRITER.answer(), "progress": answer}, PARENT)
    assert ended["error"] == "UpgradePartial"
    assert ended["cause"].startswith("mio finished the run as it is: 1 of 2 applications moved")
    assert story.ports.evidence.documents[f"{RUN}/report.json"]["outcome"] == "partial"
    assert story.ports.table.lease("").holder == ""


def test_a_partial_run_that_is_resumed_shifts_what_is_missing() -> None:
    story = half_moved()
    partial(story)
    operate(story.ports, {"command": "resume"})
    assert story.ports.executions.answers == {"token": {"next": "shift-applications"}}


def test_only_a_partial_run_is_finished_by_hand() -> None:
    story = Story()
    with pytest.raises(RefusedError, match="does not wait with some applications on blue"):
        operate(story.ports, {"command": "finish"})


def test_an_application_that_was_left_behind_gets_a_shift_of_its_own() -> None:
    story = half_moved()
    partial(story)
    started = operate(story.ports, {"command": "shift", "application": OTHER, "by": "team-shop"})["started"]
    machine, request = story.ports.executions.started[started]
    assert (machine, request) == ("arn:shift", {"run": RUN, "attempt": 0, "token": WRITER.token, "application": OTHER})
    assert len(started) <= 80


def test_an_application_that_has_moved_is_sent_back_by_a_shift_of_its_own() -> None:
    story = half_moved()
    started = operate(story.ports, {"command": "roll-back", "application": APP, "by": "team"})["started"]
    assert story.ports.executions.started[started][1]["application"] == APP
    assert story.prepared()["next"] == "roll-back"
    while story.rolled_back() == "wait":
        story.time_passes(15)
    assert story.finished()["outcome"] == "rolled-back"
    assert story.weights() == {BLUE: 100}


def test_an_application_that_moves_is_sent_back_at_its_next_look() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    assert operate(story.ports, {"command": "roll-back", "application": APP})["rolls_back"] == APP
    assert story.judged(5)["next"] == "roll-back"


def test_an_application_that_holds_is_sent_back_at_once() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    hold_application(story.ports, WRITER, APP, "token", {})
    operate(story.ports, {"command": "roll-back", "application": APP})
    assert story.ports.executions.answers == {"token": {"next": "roll-back"}}


def test_an_application_that_was_sent_back_may_move_again() -> None:
    story = Story()
    story.prepared()
    operate(story.ports, {"command": "roll-back", "application": APP})
    assert story.prepared()["next"] == "roll-back"
    operate(story.ports, {"command": "shift", "application": APP})
    assert story.prepared() == {"next": "step", "weight": 5}


def test_nothing_is_sent_back_after_the_point_of_no_return() -> None:
    story = Story()
    story.moved()
    story.ports.table.write(WRITER, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    with pytest.raises(RefusedError, match="decommission has begun"):
        operate(story.ports, {"command": "roll-back", "application": APP})
    assert story.ports.table.read(RUN, "FLAGS", Flags) is None


def test_a_shift_of_its_own_needs_an_open_run() -> None:
    story = half_moved()
    story.ports.table.release("", PARENT)
    with pytest.raises(RefusedError, match="is not open; start its next attempt"):
        operate(story.ports, {"command": "roll-back", "application": APP})


@pytest.mark.parametrize("command", ["hold", "resume", "shift", "roll-back"])
def test_an_application_that_is_not_planned_is_named_with_those_that_are(command: str) -> None:
    """Nobody is told that what is misspelt is held."""
    story = Story()
    with pytest.raises(BadRequestError, match="it moves: billing"):
        operate(story.ports, {"command": command, "application": "bill"})
    assert story.ports.table.read(RUN, "FLAGS", Flags) is None


@pytest.mark.parametrize("command", ["pause", "abort", "resume"])
def test_a_word_to_a_run_that_there_is_not_is_not_kept_for_nobody(command: str) -> None:
    story, misspelt = Story(), RUN[:-1]
    with pytest.raises(RefusedError, match=f"there is no run {misspelt}; ask for the status"):
        operate(story.ports, {"command": command, "run": misspelt})
    assert story.ports.table.read(misspelt, "FLAGS", Flags) is None


def test_a_failed_rollback_pages_and_keeps_its_reason() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    cause = '{"errorMessage": "demo-1-33 cannot take billing back"}'
    hold_failed_rollback(
        story.ports, WRITER, APP, "token", {"error": {"Error": "RollbackRefusedError", "Cause": cause}}
    )
    _, message = story.ports.topic.told[-1]
    assert (message["severity"], message["subject"]) == ("page", f"hold/{APP}")
    assert story.item().outcome == "rollback-failed"
    assert "cannot take billing back" in story.item().reason
    operate(story.ports, {"command": "resume", "application": APP})
    assert story.ports.executions.answers == {"token": {"next": "resume"}}
    assert story.finished()["outcome"] == "rollback-failed"


def test_every_question_of_a_run_is_forgotten_when_it_ends() -> None:
    story = half_moved()
    partial(story)
    report_failure(story.ports, {**WRITER.answer(), "progress": {"waiting_for": "timed out"}}, PARENT)
    assert story.ports.table.read_all(RUN, "APPROVAL#", ApprovalItem) == []


class TalkingTable(FakeTable):
    """A table in which somebody else speaks between a read of the flags and their write."""

    meanwhile: Callable[[], object] | None = None

    def swap(self, run: str, item: str, value: object, *, instead_of: object) -> None:
        speaks, self.meanwhile = self.meanwhile, None
        if speaks:
            speaks()
        super().swap(run, item, value, instead_of=instead_of)


def test_nobodys_word_is_lost_to_another_ones() -> None:
    story, table = Story(), TalkingTable()
    table.items, table.leases = story.ports.table.items, story.ports.table.leases
    story.ports.table = table
    table.meanwhile = lambda: operate(story.ports, {"command": "abort", "by": "mio"})
    operate(story.ports, {"command": "hold", "application": APP, "by": "team"})
    flags = table.read(RUN, "FLAGS", Flags)
    assert flags is not None
    assert (flags.aborted, flags.held, flags.by) == (True, (APP,), "team")


def test_a_question_whose_state_has_ended_swallows_no_command() -> None:
    story = half_moved()
    hold_application(story.ports, WRITER, APP, "token", {})
    story.ports.executions.answers["token"] = {"next": "resume"}
    assert "started" in operate(story.ports, {"command": "roll-back", "application": APP})


def test_a_run_is_not_finished_while_a_shift_of_it_lives() -> None:
    story = half_moved()
    partial(story)
    story.prepared(name=OTHER)
    with pytest.raises(RefusedError, match="a shift of shop is not over"):
        operate(story.ports, {"command": "finish"})


def test_nothing_goes_further_after_an_abort() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    operate(story.ports, {"command": "abort", "by": "mio"})
    with pytest.raises(AbortedError, match="aborted by mio before the weight was in force"):
        story.set_to(50)
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_nothing_goes_further_on_hold() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    operate(story.ports, {"command": "hold", "application": APP})
    with pytest.raises(RefusedError, match="an operator holds the application"):
        story.set_to(50)
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_a_refused_way_back_does_not_keep_an_aborted_run_waiting() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    operate(story.ports, {"command": "abort", "by": "mio"})
    with pytest.raises(AbortedError):
        hold_failed_rollback(
            story.ports, WRITER, APP, "token", {"error": {"Error": "RollbackRefusedError", "Cause": "x"}}
        )
    assert story.ports.topic.told[-1][1]["severity"] == "page"


@pytest.mark.parametrize("command", ["pause", "hold", "roll-back", "abort"])
def test_a_run_that_has_ended_hears_nothing_that_its_next_attempt_would_do(command: str) -> None:
    story = half_moved()
    report_failure(story.ports, {**WRITER.answer(), "progress": {"waiting_for": "timed out"}}, PARENT)
    with pytest.raises(RefusedError, match=r"has ended \(partial\); start its next attempt, then say it again"):
        operate(story.ports, {"command": command, **({} if command in {"pause", "abort"} else {"application": APP})})
    assert story.ports.table.read(RUN, "FLAGS", Flags) == Flags()
