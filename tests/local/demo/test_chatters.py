"""People of chats react to what stands there, once, and again when it has not worked."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

import pytest

from local.chat.people import SlackPerson
from local.demo.chatters import (
    AGAIN_SECONDS,
    PATIENCE_SECONDS,
    READING_SECONDS,
    Approver,
    Asker,
    ChatworkApprover,
    Starter,
    Team,
)
from tests.local.chat.test_chatwork import NORIKAE, ROOM, House
from tests.local.chat.workspace import APPROVER, CHANNEL, ELSEWHERE, SRE, Workspace, button, section

DAY = 86400


def typed(workspace: Workspace) -> list[str]:
    """What slash commands said."""
    return [parse_qs(body.decode())["text"][0] for _, _, body in workspace.got if b"command=" in body]


def presses(workspace: Workspace) -> int:
    return sum(b"payload=" in body for _, _, body in workspace.got)


def person(workspace: Workspace, user: str = APPROVER) -> SlackPerson:
    return SlackPerson(workspace.kernel, workspace.slack, user, CHANNEL)


def ask(workspace: Workspace, value: str = "approve demo-1 k7f3qa", **more: Any) -> str:
    blocks = [section("May it begin?"), {"type": "actions", "elements": [button(value=value), REJECT]}]
    ts: str = workspace.post(blocks=blocks, **more)["ts"]
    return ts


REJECT = button("Reject", "reject demo-1 k7f3qa", "reject")


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@dataclass
class Answers:
    """The statuses with which the app answers, one after the other; the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [200])

    def __call__(self) -> tuple[int, dict[str, str], bytes]:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0], {}, b""


def test_who_starts_types_it_once(workspace: Workspace) -> None:
    Starter(person(workspace, SRE), "start 1.35")
    workspace.kernel.run(DAY)

    assert typed(workspace) == ["start 1.35"]


def test_who_starts_types_it_again_when_slack_says_that_it_has_not_worked(workspace: Workspace) -> None:
    workspace.app_answers = Answers([503, 503, 200])
    starter = Starter(person(workspace, SRE))
    workspace.kernel.run(DAY)

    assert typed(workspace) == ["start"] * 3
    times = [sent.at for sent in starter.said]
    assert [later - earlier for earlier, later in pairwise(times)] == [AGAIN_SECONDS] * 2


def test_a_question_is_read_and_answered_by_its_button_and_no_other(workspace: Workspace) -> None:
    approver = Approver(person(workspace), workspace.conversation)
    ts = ask(workspace)
    workspace.rest(READING_SECONDS - 1)
    assert presses(workspace) == 0
    workspace.rest(2)
    assert approver.pressed == ["approve demo-1 k7f3qa"]
    workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "approved", "blocks": [section("approved")]})

    workspace.rest(DAY)

    assert presses(workspace) == 1
    assert "".join(line.who for line in workspace.conversation.lines if line.how == "presses") == "aya"


def test_a_button_that_stays_is_pressed_again_but_not_for_ever(workspace: Workspace) -> None:
    approver = Approver(person(workspace), workspace.conversation, times=3)
    ask(workspace)
    workspace.rest(DAY)

    assert len(approver.pressed) == presses(workspace) == 3


def test_a_question_that_is_gone_before_it_was_read_is_not_answered(workspace: Workspace) -> None:
    Approver(person(workspace), workspace.conversation)
    ts = ask(workspace)
    workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "void", "blocks": [section("void")]})
    workspace.rest(DAY)

    assert presses(workspace) == 0


def test_another_question_in_the_same_message_is_another_question(workspace: Workspace) -> None:
    approver = Approver(person(workspace), workspace.conversation, times=1)
    ts = ask(workspace)
    workspace.rest(READING_SECONDS + 1)
    blocks = [{"type": "actions", "elements": [button(value="approve demo-1 zzzzzz")]}]
    workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "another plan", "blocks": blocks})
    workspace.rest(DAY)

    assert approver.pressed == ["approve demo-1 k7f3qa", "approve demo-1 zzzzzz"]


def test_nobody_reacts_to_what_they_do_not_see_or_want(workspace: Workspace) -> None:
    elsewhere = SlackPerson(workspace.kernel, workspace.slack, SRE, ELSEWHERE)
    approvers = [
        Approver(elsewhere, workspace.conversation),
        Approver(person(workspace), workspace.conversation, wants=lambda line: "deleted" in line.text),
    ]
    ask(workspace)
    workspace.rest(DAY)

    assert [one.pressed for one in approvers] == [[], []]


def test_somebody_asks_from_time_to_time_until_they_have_seen_enough(workspace: Workspace) -> None:
    asker = Asker(person(workspace, SRE), 600)
    workspace.kernel.run(1900)
    asker.stop()
    workspace.kernel.run(DAY)

    assert typed(workspace) == ["status"] * 3
    assert asker.asked == 3


@pytest.fixture
def house() -> House:
    return House()


def wrote(house: House) -> list[str]:
    return [one.body for one in house.chatwork.messages.values() if one.account != NORIKAE]


def test_a_team_holds_its_application_at_a_weight_and_lets_it_move_later(house: House) -> None:
    Team(house.team, house.conversation, "notify-push", at=25, keeps=900)
    message = house.post("[info][title]run[/title][code]chat-api    ███ 50 %\nnotify-push █░░  5 %[/code][/info]")
    house.rest(DAY)
    assert wrote(house) == []

    row = "[code]notify-push ██░ 25 %[/code]"
    house.ask("PUT", f"/v2/rooms/{ROOM}/messages/{message}", {"body": row})
    house.rest(READING_SECONDS + 1)
    assert wrote(house) == ["/norikae hold notify-push because a campaign runs"]
    house.post("notify-push keeps its weight")
    house.rest(900 + PATIENCE_SECONDS)
    house.post("notify-push may move")
    house.rest(DAY)

    assert wrote(house) == ["/norikae hold notify-push because a campaign runs", "/norikae shift notify-push"]


def test_what_nobody_answers_is_said_again(house: House) -> None:
    team = Team(house.team, house.conversation, "notify-push")
    house.post("notify-push 50 %")
    house.rest(DAY)

    assert team.typist.said[:5] == ["hold notify-push because a campaign runs"] * 5
    assert team.typist.said[5:] == ["shift notify-push"] * 5


def test_a_line_to_type_is_copied_from_a_question(house: House) -> None:
    approver = ChatworkApprover(house.team, house.conversation)
    lines = "/norikae approve demo-1-35-0001 k7f3qa\n/norikae reject demo-1-35-0001 k7f3qa"
    house.post(f"[info][title]May it begin?[/title]plan[/info]\nAnswer with:\n{lines}")
    house.rest(READING_SECONDS + 10)
    house.post("approved")
    house.rest(DAY)

    assert wrote(house) == ["/norikae approve demo-1-35-0001 k7f3qa"]
    assert approver.typist.said == ["approve demo-1-35-0001 k7f3qa"]
