"""The checks of a run that is led from chats hold when it was, and name what is wrong when something is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.assembly import environment_file
from local.aws.loopback import HttpRequest
from local.chat.office import Office
from local.cluster.git import GitRepositories
from local.demo.chat_scenario import (
    ACCOUNT,
    CHANNEL,
    HELD,
    HOLDS,
    MOVES,
    ROOM,
    SETTINGS,
    YES,
    chat_checks,
    settle,
)
from local.world import World
from stacks.environment_file import load
from tests.local.chat.workspace import button, section

HOUR = 3600
LED, CALLED, TAKEN, HEARD = range(4)


class Story:
    """People in chats, and a norikae that says what a test makes it say."""

    def __init__(self) -> None:
        self.world = World(load(environment_file("demo", SETTINGS)), GitRepositories({}))
        self.status = 200
        self.world.request = self._hears
        self.office = Office(self.world)
        self.office.connect("https://api.example.com/slack", "https://api.example.com/chatwork")
        self.chatters = settle(self.office, self.world)

    def _hears(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        assert url
        assert headers
        assert body
        return self.status, {}, b""

    def slack(self, text: str, blocks: object = None) -> None:
        """A message of norikae's in Slack."""
        assert self.world.slack.app is not None
        headers = {"host": "slack.com", "authorization": f"Bearer {self.world.slack.app.token}"}
        headers["content-type"] = "application/json"
        asked = {"channel": CHANNEL, "text": text} | ({"blocks": blocks} if blocks else {})
        self.world.slack.answer(HttpRequest("POST", "/api/chat.postMessage", headers, json.dumps(asked).encode()))
        self.rest(2)

    def chatwork(self, body: str) -> None:
        """A message of norikae's in Chatwork."""
        self.world.chatwork.write(ROOM, ACCOUNT, body)
        self.rest(2)

    def rest(self, seconds: float) -> None:
        self.world.kernel.run(self.world.kernel.spent())
        self.world.kernel.run(seconds)

    def whispers(self, text: str) -> None:
        """What norikae answers aya for her eyes only."""
        assert self.world.slack.app is not None
        self.world.slack.keep(CHANNEL, self.world.slack.app.user, text, [], to="U02AYA")

    def goes_well(self, yes: str = YES, *, percent: int = 25, holds: str = HOLDS, moves: str = MOVES) -> None:
        """A start, a question, an application that gets somewhere; and what norikae says to each of these."""
        self.rest(120)
        self.slack("May it begin?", [section("May it begin?"), {"type": "actions", "elements": [button()]}])
        self.rest(HOUR)
        self.whispers(f"{yes} demo-1: it goes on.")
        self.chatwork(f"[code]{HELD}  ██ {percent} %[/code]")
        self.rest(90)
        self.chatwork(f"{HELD} {holds} from the next look on.")
        self.rest(HOUR)
        self.chatwork(f"{HELD} {moves}.")
        self.rest(HOUR)
        self.chatters.stop()

    def wrong(self) -> list[int]:
        """Which checks do not hold."""
        checks = chat_checks(self.world, self.chatters)
        return [number for number, check in enumerate(checks) if not check.holds]


@pytest.fixture
def story() -> Iterator[Story]:
    made = Story()
    yield made
    made.world.close()


def test_everybody_has_a_part(story: Story) -> None:
    story.goes_well()

    assert story.wrong() == []
    assert [sent.accepted for sent in story.chatters.starter.said] == [True]
    assert story.chatters.hasty.pressed == ["approve demo-1 k7f3qa"], "once, which norikae refuses"
    assert story.chatters.approver.pressed
    assert {asker.asked for asker in story.chatters.askers} != {0}
    pressers = [line.who for line in story.world.conversation.lines if line.how == "presses"]
    assert pressers[:2] == ["ken", "aya"]


def test_a_run_in_which_nobody_said_anything_was_not_led(story: Story) -> None:
    assert story.wrong() == [LED]


@pytest.mark.parametrize(
    ("otherwise", "missing"),
    [
        ({"percent": 20}, "held it, let it move on"),
        ({"percent": 100}, "held it, let it move on"),
        ({"holds": "cannot be held"}, "held it"),
        ({"moves": "stays"}, "let it move on"),
        ({"yes": "Refused: plan of"}, "approved it"),
    ],
)
def test_what_nobody_did_or_norikae_refused_has_led_nothing(
    story: Story, otherwise: dict[str, Any], missing: str
) -> None:
    story.goes_well(**otherwise)

    assert story.wrong() == [LED]
    assert f"nobody {missing}; " in chat_checks(story.world, story.chatters)[LED].detail


@pytest.mark.parametrize("text", ["<!channel> look", "<@U02AYA> look"])
def test_a_text_that_calls_somebody_in_slack_is_found(story: Story, text: str) -> None:
    story.goes_well()
    story.slack(text)

    assert story.wrong() == [CALLED]


def test_a_text_that_calls_somebody_in_chatwork_is_found_unless_it_answers_them(story: Story) -> None:
    story.goes_well()
    asked = next(one for one in story.world.chatwork.messages.values() if one.account == "1500001")
    story.chatwork(f"[rp aid=1500001 to={ROOM}-{asked.id}]\nit runs")
    assert story.wrong() == []

    story.chatwork(f"[rp aid=1484814 to={ROOM}-{asked.id}]\nit runs")
    assert story.wrong() == [CALLED]


def test_what_a_chat_refuses_is_found(story: Story) -> None:
    story.goes_well()
    story.slack("", [])

    assert story.wrong() == [TAKEN]
    assert "no_text" in chat_checks(story.world, story.chatters)[TAKEN].detail


def test_a_request_that_was_not_heard_is_found(story: Story) -> None:
    story.goes_well()
    story.status = 502
    story.world.kernel.run(story.office.in_slack("ken").say("status"))

    assert story.wrong() == [HEARD]
    assert "HTTP 502" in chat_checks(story.world, story.chatters)[HEARD].detail
