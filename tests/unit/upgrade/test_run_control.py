"""Runs: who may start, what a request may say, what operators may tell a run."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.approvals.ask import hold_application, hold_upgrade, reason_of, request_approval
from norikae.commands.operate import operate
from norikae.errors import AbortedError, BadRequestError, LeaseHeldError, RefusedError
from norikae.upgrade.flags import read_flags
from norikae.upgrade.identity import Writer, run_of_execution, shift_execution_name
from norikae.upgrade.lease import Lease, next_lease
from norikae.upgrade.looks import most_looks
from norikae.upgrade.phase import advance, enter
from norikae.upgrade.progress import Progress
from norikae.upgrade.request import parse_request
from norikae.upgrade.state import ApprovalItem, Flags, PhaseItem, PlanItem
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, RUN, WRITER, Story


def test_the_run_outlives_its_attempts() -> None:
    assert run_of_execution("demo-1-35-20261124-x-a2", "demo", "1.35") == ("demo-1-35-20261124-x", 2)
    run, attempt = run_of_execution("2f1c9c1e-0b0b-4b53-9d4e-3f0a", "demo", "1.35")
    assert (run[:10], attempt) == ("demo-1-35-", 1)


def test_names_of_children_fit_and_differ_by_attempt_turn_and_lease() -> None:
    longest = Writer("r" * 66, 999, 12)
    assert len(shift_execution_name(longest, APP, 1)) == 80
    names = {
        shift_execution_name(Writer(RUN, attempt, token), APP, turn)
        for attempt in (1, 2)
        for token in (1, 2)
        for turn in (1, 2)
    }
    assert len(names) == 8


@pytest.mark.parametrize(
    ("current", "status", "token"),
    [
        (None, "UNKNOWN", 1),
        (Lease("", "old", 4), "UNKNOWN", 5),
        (Lease("arn:old", "old", 4), "FAILED", 5),
        (Lease("arn:old", "old", 4), "UNKNOWN", 5),
        (Lease("arn:me", "run", 4), "RUNNING", 4),
    ],
)
def test_a_lease_is_free_when_its_holder_has_ended(current: Lease | None, status: Any, token: int) -> None:
    assert next_lease(current, holder="arn:me", run="run", holder_status=status) == Lease("arn:me", "run", token)


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_a_lease_has_no_expiry_while_its_holder_lives(status: Any) -> None:
    with pytest.raises(LeaseHeldError, match="abort"):
        next_lease(Lease("arn:old", "old", 4), holder="arn:me", run="run", holder_status=status)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"verison": "1.35"}, "verison: there is no such field; did you mean version"),
        ({"colour": "green"}, "known fields: version"),
        ({"version": 1.35}, "version"),
        ({"version": "1.35.2"}, "version"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"applications": ["Not A Name"]}, "applications"),
        ({"environment": "prod"}, "this is the machine of demo, not of prod"),
    ],
)
def test_a_wrong_request_names_the_field_and_the_remedy(request_: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequestError, match=text):
        parse_request(request_, "demo")


def test_an_empty_request_is_a_request() -> None:
    assert parse_request({}, "demo").version is None


def look(story: Story, progress: Progress, deadline: int = 60) -> dict[str, Any]:
    return advance(story.ports, WRITER, "sync-platform", deadline, lambda: progress)


def test_a_phase_waits_goes_on_and_is_remembered() -> None:
    story = Story()
    assert look(story, Progress.wait("argocd", 15)) == {
        "next": "wait",
        "waiting_for": "argocd",
        "retry_after_seconds": 15,
    }
    story.time_passes(30)
    assert look(story, Progress.done())["next"] == "go-on"
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    assert [(span.name, span.until is None) for span in item.spans][1:] == [("sync-platform", True)]


def test_a_phase_that_takes_too_long_holds_with_its_reason() -> None:
    story = Story()
    look(story, Progress.wait("argocd", 15))
    story.time_passes(61)
    answer = look(story, Progress.wait("argocd", 15))
    assert answer["next"] == "hold"
    assert "argocd" in answer["waiting_for"]


@pytest.mark.parametrize(
    ("flags", "following"), [({"aborted": True, "by": "mio"}, "abort"), ({"paused": True}, "hold")]
)
def test_flags_come_before_the_move(flags: dict[str, Any], following: str) -> None:
    story = Story()
    story.operators_say(**flags)
    moved: list[str] = []

    def move() -> Progress:
        moved.append("moved")
        return Progress.done()

    assert advance(story.ports, WRITER, "sync-platform", 60, move)["next"] == following
    assert moved == []


def command(story: Story, **fields: Any) -> dict[str, Any]:
    return operate(story.ports, fields)


def asked(story: Story, subject: str = "plan") -> str:
    request_approval(story.ports, WRITER, subject, "token-1")
    question = story.ports.table.read(RUN, f"APPROVAL#{subject}", ApprovalItem)
    assert question is not None
    return question.plan_hash


def test_an_approval_is_bound_to_the_plan_that_was_seen() -> None:
    story = Story()
    seen = asked(story)
    with pytest.raises(RefusedError, match="approve its hash"):
        command(story, command="approve", subject="plan", plan_hash="of-another-plan")
    assert command(story, command="approve", subject="plan", plan_hash=seen, by="mio")["answered"]
    assert story.ports.executions.answers == {"token-1": {"next": "go-on"}}
    with pytest.raises(RefusedError, match="does not wait"):
        command(story, command="approve", subject="plan", plan_hash=seen)


def test_the_question_reaches_people_and_the_task_token_does_not() -> None:
    story = Story()
    asked(story, "decommission")
    subject, message = story.ports.topic.told[-1]
    assert "cannot be undone" in subject
    assert "token-1" not in str(message)
    assert "token-1" not in str(command(story, command="status"))


def test_a_rejection_refuses() -> None:
    story = Story()
    asked(story)
    command(story, command="reject", subject="plan")
    assert story.ports.executions.answers["token-1"]["next"] == "refuse"


def test_an_abort_wakes_everybody_who_waits() -> None:
    story = Story()
    hold_upgrade(
        story.ports, WRITER, "token-run", {"error": {"Error": "RefusedError", "Cause": '{"errorMessage": "why"}'}}
    )
    hold_application(story.ports, WRITER, APP, "token-app", {"progress": {"waiting_for": "a verdict"}})
    command(story, command="abort", by="mio", reason="errors in the shop")
    assert story.ports.executions.answers == {"token-run": {"next": "abort"}, "token-app": {"next": "roll-back"}}
    flags = story.ports.table.read(RUN, "FLAGS", Flags)
    assert flags is not None
    assert (flags.aborted, flags.by) == (True, "mio")
    assert story.ports.table.said()[-1] == "abort"


def test_the_next_question_stays_when_it_is_asked_before_the_answered_one_is_forgotten() -> None:
    story = Story()
    hold_application(story.ports, WRITER, APP, "token-1", {})
    succeed = story.ports.executions.succeed

    def machine_goes_on_at_once(task_token: str, output: dict[str, Any]) -> bool:
        answered = succeed(task_token, output)
        hold_application(story.ports, WRITER, APP, "token-2", {})
        return answered

    story.ports.executions.succeed = machine_goes_on_at_once  # type: ignore[method-assign]
    command(story, command="resume", application=APP)
    waiting = story.ports.table.read(RUN, f"APPROVAL#hold/{APP}", ApprovalItem)
    assert waiting is not None
    assert waiting.task_token == "token-2"


@pytest.mark.parametrize("flags", [{"aborted": True}, {"sent_back": (APP,)}])
def test_an_abort_from_before_a_hold_is_not_lost(flags: dict[str, Any]) -> None:
    story = Story()
    story.operators_say(**flags, by="mio")
    with pytest.raises(AbortedError, match="aborted by mio before it could wait"):
        hold_application(story.ports, WRITER, APP, "token-app", {})


def test_a_run_that_was_aborted_does_not_hold_before_it_goes_back() -> None:
    story = Story()
    story.operators_say(aborted=True)
    with pytest.raises(AbortedError):
        hold_upgrade(story.ports, WRITER, "token", {})


def test_a_rollback_that_fails_after_an_abort_waits_for_another_word() -> None:
    story = Story()
    story.operators_say(aborted=True)
    enter(story.ports, WRITER, "roll-back-applications")
    hold_upgrade(story.ports, WRITER, "token", {})
    assert story.ports.executions.answers == {}
    command(story, command="abort")
    assert story.ports.executions.answers == {"token": {"next": "abort"}}


def test_after_the_point_of_no_return_an_abort_is_refused() -> None:
    story = Story()
    story.ports.table.write(WRITER, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    with pytest.raises(RefusedError, match="nothing can be rolled back"):
        command(story, command="abort")


def test_pause_and_resume_go_on_where_the_run_held() -> None:
    story = Story()
    command(story, command="pause")
    hold_upgrade(story.ports, WRITER, "token-run", {})
    hold_application(story.ports, WRITER, APP, "token-app", {})
    command(story, command="resume")
    assert story.ports.executions.answers == {
        "token-run": {"next": "shift-applications"},
        "token-app": {"next": "resume"},
    }


def test_an_application_on_hold_stays_when_the_run_is_resumed() -> None:
    story = Story()
    command(story, command="hold", application=APP)
    hold_application(story.ports, WRITER, APP, "token-app", {})
    command(story, command="resume")
    assert story.ports.executions.answers == {}
    command(story, command="resume", application=APP)
    assert story.ports.executions.answers == {"token-app": {"next": "resume"}}
    assert command(story, command="resume", application=APP) == {"run": RUN, "resumed": APP}


@pytest.mark.parametrize("word", ["hold", "resume"])
def test_nobody_believes_that_an_application_is_on_hold_of_which_there_is_none(word: str) -> None:
    story = Story()
    with pytest.raises(BadRequestError, match=f"does not plan to move 'biling'; it moves: {APP}"):
        command(story, command=word, application="biling")
    assert story.ports.table.read(RUN, "FLAGS", Flags) is None


def test_before_there_is_a_plan_a_hold_is_heard_and_can_be_taken_back_afterwards() -> None:
    story = Story()
    planned = story.ports.table.read(RUN, "PLAN", PlanItem)
    assert planned is not None
    story.ports.table.delete(RUN, "PLAN")
    command(story, command="hold", application="biling")
    story.ports.table.write_unfenced(RUN, "PLAN", planned)

    command(story, command="resume", application="biling")

    assert read_flags(story.ports.table, RUN).held == ()


def test_status_shows_where_everything_stands() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    status = command(story, command="status")
    assert status["applications"][APP] == {
        "outcome": "shifting",
        "weight": 5,
        "team": "payments",
        "reason": "",
        "steps": [[story.ports.now, 5]],
        "wants": [5, 50, 100],
        "skipped": [],
    }
    assert (status["blue"], status["green"], status["environment"]) == (BLUE, GREEN, "demo")
    assert status["spans"] == [{"name": "shift-applications", "since": story.ports.now, "until": None}]
    assert status["phase"] == "shift-applications"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"command": "explode"}, "command"),
        ({"command": "hold"}, "name the application"),
        ({"command": "abort", "runn": "x"}, "runn"),
        ({"command": "approve", "subject": "hold"}, r"Invalid enum value 'hold' - at `\$\.subject`"),
        ({"command": "reject", "subject": "hold/billing"}, r"Invalid enum value 'hold/billing'"),
    ],
)
def test_wrong_commands_are_refused_with_a_remedy(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequestError, match=text):
        operate(Story().ports, fields)


def test_a_command_needs_a_run() -> None:
    story = Story()
    story.ports.table.items.clear()
    with pytest.raises(BadRequestError, match="no run has been started"):
        command(story, command="pause")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"error": {"Error": "X", "Cause": '{"errorMessage": "told"}'}}, "X: told"),
        ({"error": {"Error": "States.Timeout", "Cause": "plain"}}, "States.Timeout: plain"),
        ({"progress": {"waiting_for": "nodes"}}, "nodes"),
        ({}, ""),
    ],
)
def test_reasons(state: dict[str, Any], reason: str) -> None:
    assert reason_of(state) == reason


def test_the_writer_of_a_payload_is_checked() -> None:
    with pytest.raises(BadRequestError, match="come from Plan upgrade"):
        Writer.of({"run": "r"})
    assert Writer.of({"run": "r", "attempt": 1, "token": 2}).answer() == {"run": "r", "attempt": 1, "token": 2}
    assert PARENT


def test_a_hold_does_not_age_the_phase_that_it_interrupts() -> None:
    story = Story()
    look(story, Progress.wait("argocd", 15))
    story.time_passes(50)
    hold_upgrade(story.ports, WRITER, "token-run", {})
    hold_upgrade(story.ports, WRITER, "token-again", {})
    story.time_passes(8 * 3600)
    command(story, command="resume")
    assert story.ports.executions.answers["token-again"] == {"next": "sync-platform"}
    assert look(story, Progress.wait("argocd", 15))["next"] == "wait"
    story.time_passes(11)
    assert look(story, Progress.wait("argocd", 15))["next"] == "hold"


def test_a_resume_gives_a_phase_that_took_too_long_its_deadline_once_more() -> None:
    story = Story()
    look(story, Progress.wait("argocd", 15))
    for held in ("token-1", "token-2"):
        story.time_passes(61)
        assert look(story, Progress.wait("argocd", 15))["next"] == "hold"
        hold_upgrade(story.ports, WRITER, held, {})
        story.time_passes(3600)
        command(story, command="resume")
        assert story.ports.executions.answers[held] == {"next": "sync-platform"}
        said = look(story, Progress.wait("argocd", 15))
        assert said["next"] == ("wait" if held == "token-1" else "hold")


def test_a_further_attempt_has_all_its_time() -> None:
    story = Story()
    look(story, Progress.wait("argocd", 15))
    story.time_passes(61)
    assert look(story, Progress.wait("argocd", 15))["next"] == "hold"
    enter(story.ports, WRITER, "plan-upgrade")
    assert look(story, Progress.wait("argocd", 15))["next"] == "wait"


def test_a_phase_that_takes_long_is_looked_at_less_often_but_still_in_time() -> None:
    story = Story()
    waits = []
    answer = look(story, Progress.wait("argocd", 15), 3600)
    while answer["next"] == "wait":
        waits.append(answer["retry_after_seconds"])
        story.time_passes(waits[-1])
        answer = look(story, Progress.wait("argocd", 15), 3600)
    assert waits[:81] == [15] * 81
    assert waits[81:84] == [122, 134, 148]
    assert sum(waits) == 3601
    assert len(waits) == most_looks(3600, 15)


def test_looks_that_guard_something_stay_as_frequent_as_they_were() -> None:
    story = Story()
    for _ in range(3):
        answer = advance(story.ports, WRITER, "soak", 3600, lambda: Progress.wait("the soak", 60), steady=True)
        assert answer["retry_after_seconds"] == 60
        story.time_passes(1200)
