"""Applications that their own team moves: asked, reminded, let go, and what follows when nobody answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.approvals.ask import ask_team
from norikae.commands.operate import operate
from norikae.environment import Team
from norikae.errors import BadRequestError
from norikae.traffic.prepare import prepare_shift
from norikae.upgrade.plan import plan_hash
from norikae.upgrade.state import ApprovalItem, PlanItem
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, SHIFT, WRITER, Story, plan

DAY = 86400


def of_a_team(**keys: Any) -> Story:
    """An application whose team moves it."""
    story = Story()
    story.sets(team=msgspec.structs.replace(Team(), **keys))
    (group,) = plan().groups
    stored = msgspec.structs.replace(
        plan(), groups=(tuple(msgspec.structs.replace(one, shift="team") for one in group),)
    )
    story.ports.table.write(WRITER, "PLAN", PlanItem(stored, plan_hash(stored)))
    return story


def asked(story: Story, question: str = "token-1") -> dict[str, Any]:
    """The shift as far as its question."""
    progress = story.prepared()
    if progress["next"] == "ask":
        ask_team(story.ports, WRITER, APP, question)
    return progress


def test_the_team_is_asked_and_nothing_moves() -> None:
    story = of_a_team(remind=DAY, deadline=7 * DAY)
    assert asked(story) == {"next": "ask", "weight": 0, "remind_seconds": DAY}
    subject, message = story.ports.topic.told[-1]
    assert subject == f"{APP} can move to {GREEN}; payments starts it with the command shift"
    assert (message["event"], message["subject"]) == ("waiting", f"team/{APP}")
    assert story.weights() == {BLUE: 100}
    assert story.item().outcome == "waiting"


def test_the_teams_own_command_releases_it() -> None:
    story = of_a_team()
    asked(story)
    answer = operate(story.ports, {"command": "shift", "application": APP, "by": "team-payments"})
    assert (answer["subject"], answer["answered"]) == (f"team/{APP}", True)
    assert story.ports.executions.answers == {"token-1": {"next": "resume"}}
    assert story.prepared() == {"next": "step", "weight": 5}


def test_a_team_may_be_early() -> None:
    story = of_a_team()
    assert operate(story.ports, {"command": "shift", "application": APP, "by": "mio"})["released"] == APP
    assert asked(story)["next"] == "step"


def test_a_team_that_says_nothing_is_reminded() -> None:
    story = of_a_team(remind=DAY, deadline=7 * DAY)
    asked(story)
    story.time_passes(DAY)
    assert asked(story, "token-2")["next"] == "ask"
    assert story.ports.topic.told[-1][0].endswith("(asked 2 times)")
    story.time_passes(5.5 * DAY)
    assert asked(story, "token-3")["remind_seconds"] == DAY // 2 + 1, "the last reminder ends with the deadline"


@pytest.mark.parametrize(
    ("late", "following", "says"),
    [
        ("hold", "hold", "the command shift moves it, roll-back leaves it"),
        ("leave", "finish", "payments did not let billing move in 604800 s"),
        ("move", "step", None),
    ],
)
def test_what_follows_when_nobody_answers_is_the_environments_policy(
    late: str, following: str, says: str | None
) -> None:
    story = of_a_team(late=late, deadline=7 * DAY)
    asked(story)
    story.time_passes(7 * DAY)
    progress = asked(story)
    assert progress["next"] == following
    assert says is None or says in progress["waiting_for"]
    if late == "leave":
        assert story.finished()["outcome"] == "held"
    if late == "move":
        assert "team-was-late" in story.ports.table.said()


def test_a_released_application_is_not_asked_about_again_after_a_hold() -> None:
    story = of_a_team()
    operate(story.ports, {"command": "shift", "application": APP})
    story.prepared()
    story.moved_to(5)
    assert story.prepared() == {"next": "step", "weight": 5}


def test_an_abort_ends_the_waiting() -> None:
    story = of_a_team()
    asked(story)
    operate(story.ports, {"command": "abort", "by": "mio"})
    assert story.ports.executions.answers == {"token-1": {"next": "roll-back"}}
    assert asked(story)["next"] == "roll-back"


def test_a_question_that_nobody_answered_is_forgotten_at_the_end() -> None:
    story = of_a_team(late="leave", deadline=300, remind=300)
    asked(story)
    story.time_passes(301)
    asked(story)
    story.finished()
    assert story.ports.table.read(RUN, f"APPROVAL#team/{APP}", ApprovalItem) is None


def test_only_what_the_run_moves_can_be_released() -> None:
    story = of_a_team()
    with pytest.raises(BadRequestError, match="does not plan to move 'billling'; it moves: billing"):
        operate(story.ports, {"command": "shift", "application": "billling"})


def test_the_machine_knows_what_the_run_does_when_a_gate_fails() -> None:
    story = of_a_team()
    answer = prepare_shift(story.ports, {**WRITER.answer(), "application": APP}, SHIFT)
    assert answer["progress"]["next"] == "ask"
    assert HOST in story.item().snapshot[0]["Name"]
