"""Slack takes what it would take, and refuses the rest in its own words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.aws.loopback import HttpAnswer, HttpRequest
from local.chat.slack_text import notified

from .workspace import CHANNEL, ELSEWHERE, SRE, Json, Workspace, button, section


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


def test_a_message_stands_in_its_channel_and_is_read_by_all(workspace: Workspace) -> None:
    answer = workspace.post(
        text="plan is ready", blocks=[section("*plan* is ready"), {"type": "actions", "elements": [button()]}]
    )

    message = workspace.message(answer["ts"])
    assert message.read == "*plan* is ready"
    assert message.user == workspace.app.user
    (line,) = workspace.conversation.lines
    assert (line.chat, line.place, line.where, line.who, line.to) == ("slack", CHANNEL, "#ops", "norikae", "")
    assert [(one.label, one.value) for one in line.buttons] == [("Approve", "approve demo-1 k7f3qa")]
    assert line.shown() == "01:00:02 slack #ops norikae: plan is ready [Approve]"
    assert all(block["block_id"] for block in message.blocks), "Slack names blocks that have no name"


def test_every_message_of_a_channel_has_its_own_ts(workspace: Workspace) -> None:
    answers = [workspace.ask("chat.postMessage", {"channel": CHANNEL, "text": "x"})[0]["ts"] for _ in range(3)]

    assert len(set(answers)) == 3
    assert answers == sorted(answers)


def test_a_reply_stands_in_the_thread_of_the_first_message(workspace: Workspace) -> None:
    first = workspace.post()["ts"]
    second = workspace.post(thread_ts=first)["ts"]
    third = workspace.post(thread_ts=second)["ts"]

    assert workspace.message(second).thread == workspace.message(third).thread == first
    assert workspace.conversation.lines[-1].thread == first


def test_an_update_replaces_words_and_takes_blocks_away_that_it_does_not_name(workspace: Workspace) -> None:
    ts = workspace.post(blocks=[section("5 %")])["ts"]
    workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "half"})
    assert workspace.message(ts).read == "half"

    answer, _ = workspace.ask(
        "chat.update", {"channel": CHANNEL, "ts": ts, "text": "half", "blocks": [section("50 %")]}
    )

    assert answer["ok"]
    assert workspace.message(ts).read == "50 %"
    assert len(workspace.slack.messages) == 1
    assert [line.how for line in workspace.conversation.lines] == ["says", "edits", "edits"]


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ({"authorization": ""}, {}, "not_authed"),
        ({"authorization": "Basic abc"}, {}, "not_authed"),
        ({"authorization": "Bearer xoxb-of-another"}, {}, "invalid_auth"),
        ({"content_type": "application/x-www-form-urlencoded"}, {}, "invalid_post_type"),
        ({}, b"{not json", "invalid_json"),
        ({}, b"[]", "json_not_object"),
        ({}, {"channel": "C99NONE"}, "channel_not_found"),
        ({}, {"channel": ""}, "channel_not_found"),
        ({}, {"channel": ELSEWHERE}, "not_in_channel"),
        ({}, {"text": ""}, "no_text"),
        ({}, {"text": "x" * 40_001}, "msg_too_long"),
        ({}, {"thread_ts": "1790000000.000100"}, "cannot_reply_to_message"),
        ({}, {"blocks": {"type": "section"}}, "invalid_blocks"),
        ({}, {"blocks": [section("x" * 2800) for _ in range(5)]}, "msg_blocks_too_long"),
    ],
)
def test_a_refusal_has_slacks_word(workspace: Workspace, headers: dict[str, str], body: Any, error: str) -> None:
    asked = body if isinstance(body, bytes) else {"channel": CHANNEL, "text": "hello", **body}

    answer, http = workspace.ask("chat.postMessage", asked, **headers)

    assert (answer["ok"], answer["error"]) == (False, error)
    assert http.status == 200
    assert not workspace.slack.messages
    assert not workspace.conversation.lines


def test_a_channel_that_is_archived_takes_nothing_and_other_methods_are_unknown(workspace: Workspace) -> None:
    assert workspace.ask("chat.delete", {})[0]["error"] == "unknown_method"
    workspace.slack.channels[CHANNEL].archived = True
    assert workspace.ask("chat.postMessage", {"channel": CHANNEL, "text": "x"})[0]["error"] == "is_archived"


def test_an_update_is_refused_for_what_is_not_there_or_of_others_or_long(workspace: Workspace) -> None:
    ts, others = workspace.post()["ts"], workspace.slack.keep(CHANNEL, SRE, "mine", []).ts
    whispered = workspace.slack.keep(CHANNEL, workspace.app.user, "psst", [], to=SRE).ts

    def refused(**more: Any) -> Any:
        return workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "x", **more})[0].get("error")

    assert refused(ts="1790000000.000900") == "message_not_found"
    assert refused(ts=whispered) == "message_not_found"
    assert refused(ts=others) == "cant_update_message"
    assert refused(channel=ELSEWHERE) == "not_in_channel"
    assert refused(text="") == "no_text"
    assert refused(text="あ" * 1333) is None
    assert refused(text="あ" * 1334) == "msg_too_long", "bytes are counted"
    assert refused(text="&" * 801) == "msg_too_long", "with entities"
    assert refused(text="", blocks=[section("a" * 3000)]) is None, "blocks may be longer than the text"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


SURE = {key: plain("sure") for key in ("title", "text", "confirm", "deny")}


@pytest.mark.parametrize(
    ("fits", "does_not", "where"),
    [
        ([section("x" * 3000)], [section("x" * 3001)], "/blocks/0/text/text"),
        ([section("x")], [section("")], "/blocks/0/text/text"),
        ([section("x")], [{"type": "section"}], "/blocks/0"),
        (
            [{"type": "section", "fields": [mrkdwn("x")] * 10}],
            [{"type": "section", "fields": [mrkdwn("x")] * 11}],
            "/blocks/0/fields",
        ),
        (
            [{"type": "section", "fields": [mrkdwn("x" * 2000)]}],
            [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
            "/blocks/0/fields/0/text",
        ),
        (
            [{"type": "header", "text": plain("x" * 150)}],
            [{"type": "header", "text": plain("x" * 151)}],
            "/blocks/0/text/text",
        ),
        ([{"type": "header", "text": plain("x")}], [{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type"),
        (
            [{"type": "context", "elements": [mrkdwn("x")] * 10}],
            [{"type": "context", "elements": [mrkdwn("x")] * 11}],
            "/blocks/0/elements",
        ),
        ([{"type": "divider"}], [{"type": "carousel"}], "/blocks/0/type"),
        ([{"type": "divider"}], ["divider"], "/blocks/0/type"),
        ([{"type": "divider"}], [{"type": "divider", "text": mrkdwn("x")}], "/blocks/0"),
        ([{"type": "divider"}] * 50, [{"type": "divider"}] * 51, "/blocks"),
        ([{"type": "divider", "block_id": "a"}], [{"type": "divider", "block_id": "a"}] * 2, "/blocks/1/block_id"),
        ([section("x")], [{"type": "section", "text": "x"}], "/blocks/0/text"),
        (
            [section("x") | {"accessory": button()}],
            [section("x") | {"accessory": {"type": "datepicker"}}],
            "/blocks/0/accessory/type",
        ),
    ],
)
def test_blocks_are_taken_up_to_their_limits(
    workspace: Workspace, fits: list[Json], does_not: list[Json], where: str
) -> None:
    workspace.post(blocks=fits)

    answer, _ = workspace.ask("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": does_not})

    assert answer["error"] == "invalid_blocks"
    assert any(one.endswith(f"[json-pointer:{where}]") for one in answer["errors"]), answer["errors"]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {one}" for one in answer["errors"]]


@pytest.mark.parametrize(
    ("fits", "does_not"),
    [
        ([button(action=str(number)) for number in range(25)], [button(action=str(number)) for number in range(26)]),
        ([button("x" * 75)], [button("x" * 76)]),
        ([button(value="x" * 2000)], [button(value="x" * 2001)]),
        ([button(action="x" * 255)], [button(action="x" * 256)]),
        ([button() | {"style": "danger"}], [button() | {"style": "green"}]),
        ([button()], [button(), button()]),
        ([button()], [button() | {"text": mrkdwn("Approve")}]),
        ([button()], [button() | {"token": "x"}]),
        ([button()], []),
        (
            [button() | {"confirm": SURE}],
            [button() | {"confirm": {"title": plain("sure")}}],
        ),
        (
            [button() | {"confirm": SURE | {"text": mrkdwn("*sure*"), "style": "danger"}}],
            [button() | {"confirm": SURE | {"title": mrkdwn("*sure*")}}],
        ),
        ([button() | {"confirm": SURE}], [button() | {"confirm": SURE | {"style": "green"}}]),
        ([button() | {"confirm": SURE}], [button() | {"confirm": "sure"}]),
        ([button() | {"accessibility_label": "x" * 75}], [button() | {"accessibility_label": "x" * 76}]),
    ],
)
def test_buttons_are_taken_up_to_their_limits(workspace: Workspace, fits: list[Json], does_not: list[Json]) -> None:
    workspace.post(blocks=[{"type": "actions", "elements": fits}])

    blocks = [{"type": "actions", "elements": does_not}]
    answer, _ = workspace.ask("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": blocks})

    assert answer["error"] == "invalid_blocks"


def test_a_few_messages_at_once_and_then_one_a_second(workspace: Workspace) -> None:
    def post(channel: str = CHANNEL) -> HttpAnswer:
        return workspace.ask("chat.postMessage", {"channel": channel, "text": "x"})[1]

    workspace.slack.channels[ELSEWHERE].members.add(workspace.app.user)
    answers = [post() for _ in range(7)]
    statuses = [answer.status for answer in answers]
    refused = next(answer for answer in answers if answer.status != 200)

    assert statuses[:4] == [200] * 4
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "1"
    assert json.loads(refused.body) == {"ok": False, "error": "ratelimited"}
    assert post(ELSEWHERE).status == 200, "each channel has its own pace"
    workspace.rest(int(refused.headers["Retry-After"]))
    assert post().status == 200, "whoever waits as long as it says gets through"


def test_fifty_updates_a_minute(workspace: Workspace) -> None:
    ts = workspace.post()["ts"]
    for number in range(50):
        assert workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": str(number)})[0]["ok"]

    _, refused = workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "one too many"})

    assert refused.status == 429
    workspace.rest(int(refused.headers["Retry-After"]))
    assert workspace.ask("chat.update", {"channel": CHANNEL, "ts": ts, "text": "later"})[0]["ok"]


def test_a_fault_answers_instead_and_is_written_down(workspace: Workspace) -> None:
    def down(_: HttpRequest) -> HttpAnswer:
        return HttpAnswer(503, b"{}")

    workspace.slack.faults.append(down)
    _, answer = workspace.ask("chat.postMessage", {"channel": CHANNEL, "text": "x"})

    assert answer.status == 503
    (asked,) = workspace.slack.asked
    assert (asked.target, asked.status) == ("POST slack.com/api/chat.postMessage", 503)
    assert workspace.app.token not in repr(asked), "the token that proves the app is nowhere else"


def test_it_is_known_whom_a_text_calls(workspace: Workspace) -> None:
    def called(text: str, *blocks: Json) -> set[str]:
        message = workspace.message(workspace.post(text=text, blocks=list(blocks))["ts"])
        return set(notified(message))

    assert called("all &lt;!channel&gt; and @here") == set()
    assert called("<!here> and <@U01KEN> and <!subteam^S1|ops>") == {"here", "U01KEN", "subteam^S1"}
    assert called("x", section("<!channel|channel>")) == {"channel"}
    assert called("x", {"type": "header", "text": plain("<!everyone>")}) == set()
