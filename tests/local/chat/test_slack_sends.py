"""What Slack sends to an app is signed as documented, sent once, and given up after three seconds."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl

import pytest

from local.chat import slack_requests
from local.chat.slack_app import Message
from local.kernel import Steps

from .workspace import APPROVER, CHANNEL, SRE, TEAM, URL, Workspace, button, section

VECTOR_KEY, VECTOR_TIME = "8f742231b10e8888abcd99yyyzzz85a5", "1531420618"
VECTOR_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
    b"803a0bc887a14d10d2c447fce8b6703c"
)
JSON = {"Content-Type": "application/json; charset=utf-8"}
VECTOR = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


def asking(workspace: Workspace) -> Message:
    blocks = [section("May it begin?"), {"type": "actions", "block_id": "b", "elements": [button()]}]
    return workspace.message(workspace.post(blocks=blocks)["ts"])


def test_the_documented_request_has_the_documented_signature() -> None:
    assert slack_requests.signature(VECTOR_KEY, VECTOR_TIME, VECTOR_BODY) == VECTOR


def test_a_slash_command_is_sent_as_slack_sends_it(workspace: Workspace) -> None:
    sent = workspace.happens(workspace.slack.command(SRE, CHANNEL, "start 1.35"))

    ((url, headers, body),) = workspace.got
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert url == URL
    documented = dict(parse_qsl(VECTOR_BODY.decode(), keep_blank_values=True))
    assert set(documented) <= set(fields)
    assert fields["is_enterprise_install"] == "false"
    assert (fields["team_id"], fields["channel_id"], fields["user_id"]) == (TEAM, CHANNEL, SRE)
    assert (fields["command"], fields["text"], fields["user_name"]) == ("/norikae", "start 1.35", "ken")
    assert fields["response_url"].startswith(f"https://hooks.slack.com/commands/{TEAM}/")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    timestamp = headers["X-Slack-Request-Timestamp"]
    assert timestamp == str(int(workspace.kernel.now()))
    own = hmac.new(workspace.app.signing_key.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    assert headers["X-Slack-Signature"] == "v0=" + own.hexdigest()
    assert sent.accepted
    (line,) = workspace.conversation.lines
    assert (line.how, line.text, line.to) == ("commands", "/norikae start 1.35", "ken")


def test_a_pressed_button_is_sent_with_its_message(workspace: Workspace) -> None:
    message = asking(workspace)
    (pressed,) = workspace.slack.buttons_of(CHANNEL, message.ts)

    workspace.happens(workspace.slack.press(APPROVER, message, pressed))

    ((_, headers, body),) = workspace.got
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == APPROVER
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": CHANNEL,
        "is_ephemeral": False,
    }
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "b", "approve demo-1 k7f3qa")
    assert payload["response_url"].startswith("https://hooks.slack.com/actions/")
    assert payload["message"]["blocks"] == message.blocks
    own = hmac.new(
        workspace.app.signing_key.encode(),
        f"v0:{headers['X-Slack-Request-Timestamp']}:".encode() + body,
        hashlib.sha256,
    )
    assert headers["X-Slack-Signature"] == "v0=" + own.hexdigest()


def test_a_button_that_is_gone_cannot_be_pressed(workspace: Workspace) -> None:
    message = asking(workspace)
    (pressed,) = workspace.slack.buttons_of(CHANNEL, message.ts)
    workspace.ask("chat.update", {"channel": CHANNEL, "ts": message.ts, "text": "done", "blocks": [section("done")]})

    with pytest.raises(LookupError, match="approve"):
        workspace.happens(workspace.slack.press(APPROVER, message, pressed))


def test_every_request_has_its_own_trigger_and_a_repetition_the_same_with_a_new_signature(workspace: Workspace) -> None:
    first = workspace.happens(workspace.slack.command(SRE, CHANNEL, "status"))
    workspace.happens(workspace.slack.command(SRE, CHANNEL, "status"))
    workspace.rest(60)
    again = workspace.happens(workspace.slack.repeat(first))

    triggers = [parse_qs(body.decode())["trigger_id"][0] for _, _, body in workspace.got]
    assert triggers[0] == triggers[2] != triggers[1]
    assert again.body == first.body
    assert again.headers["X-Slack-Signature"] != first.headers["X-Slack-Signature"]
    assert again.headers["X-Slack-Retry-Num"] == "1"


@pytest.mark.parametrize(
    ("status", "word"), [(401, "http_client_error"), (404, "http_client_error"), (502, "http_service_error")]
)
def test_a_refusal_of_the_app_is_shown_to_whoever_typed_and_not_tried_again(
    workspace: Workspace, status: int, word: str
) -> None:
    workspace.app_answers = lambda: (status, {}, b"")

    workspace.happens(workspace.slack.command(SRE, CHANNEL, "start"))
    workspace.rest(3600)

    assert len(workspace.got) == 1
    line = workspace.conversation.lines[-1]
    assert (line.who, line.to, line.text) == ("Slackbot", "ken", f'/norikae failed with the error "{word}"')


def test_an_app_that_is_not_there_or_late_has_not_worked(workspace: Workspace) -> None:
    def gone() -> tuple[int, dict[str, str], bytes]:
        raise ConnectionRefusedError

    workspace.app_answers = gone
    workspace.happens(workspace.slack.command(SRE, CHANNEL, "start"))
    assert "dispatch_failed" in workspace.conversation.lines[-1].text

    def late() -> Steps:
        yield workspace.kernel.env.timeout(3.5)
        return 200, {}, b"too late"

    workspace.app_answers = late
    began = workspace.kernel.seconds()
    sent = workspace.happens(workspace.slack.command(SRE, CHANNEL, "start"))

    assert workspace.kernel.seconds() - began == pytest.approx(3.0)
    assert (sent.trouble, sent.accepted) == ("timeout", False)
    assert "operation_timeout" in workspace.conversation.lines[-1].text
    workspace.rest(10)
    assert "too late" not in [line.text for line in workspace.conversation.lines]


def test_time_that_the_app_spends_passes_for_the_person_too(workspace: Workspace) -> None:
    def spends() -> tuple[int, dict[str, str], bytes]:
        workspace.kernel.elapse(0.4)
        return 200, JSON, b'{"text": "I heard you"}'

    workspace.app_answers = spends
    sent = workspace.happens(workspace.slack.command(SRE, CHANNEL, "start"))

    assert sent.seconds == pytest.approx(0.4)
    line = workspace.conversation.lines[-1]
    assert (line.how, line.to, line.text) == ("whispers", "ken", "I heard you")


@pytest.mark.parametrize(
    ("headers", "answer", "how", "text"),
    [
        (JSON, b'{"text": "to you"}', "whispers", "to you"),
        (JSON, b'{"response_type": "in_channel", "text": "to all"}', "says", "to all"),
        ({"content-type": "text/plain"}, b'{"text": "as it is"}', "whispers", '{"text": "as it is"}'),
        ({}, b"heard", "whispers", "heard"),
        (JSON, b"{}", "commands", "/norikae start"),
        ({}, b"", "commands", "/norikae start"),
    ],
)
def test_what_an_app_answers_to_a_command_is_shown_as_it_says(
    workspace: Workspace, headers: Mapping[str, str], answer: bytes, how: str, text: str
) -> None:
    workspace.app_answers = lambda: (200, headers, answer)

    workspace.happens(workspace.slack.command(SRE, CHANNEL, "start"))

    line = workspace.conversation.lines[-1]
    assert (line.how, line.text) == (how, text)


def test_what_an_app_answers_to_a_button_is_shown_to_nobody(workspace: Workspace) -> None:
    message = asking(workspace)
    (pressed,) = workspace.slack.buttons_of(CHANNEL, message.ts)
    workspace.app_answers = lambda: (200, JSON, b'{"text": "approved"}')

    assert workspace.happens(workspace.slack.press(APPROVER, message, pressed)).accepted

    assert workspace.conversation.lines[-1].how == "presses"


def opened(workspace: Workspace) -> str:
    workspace.happens(workspace.slack.command(SRE, CHANNEL, "status"))
    return dict(parse_qsl(workspace.got[-1][2].decode()))["response_url"]


def test_a_response_url_takes_five_answers(workspace: Workspace) -> None:
    url = opened(workspace)
    answers = [workspace.hook(url, {"text": str(number)}) for number in range(6)]

    assert [(answer.status, answer.body) for answer in answers[:5]] == [(200, b"ok")] * 5
    assert answers[5].status == 404
    assert json.loads(answers[5].body)["error"] == "used_url"
    assert [line.to for line in workspace.conversation.lines[1:]] == ["ken"] * 5


def test_a_response_url_is_over_after_half_an_hour(workspace: Workspace) -> None:
    url = opened(workspace)
    workspace.rest(1790)
    assert workspace.hook(url, {"text": "in time"}).status == 200
    workspace.rest(20)

    answer = workspace.hook(url, {"text": "late"})

    assert json.loads(answer.body) == {"ok": False, "error": "expired_url"}
    assert workspace.hook("https://hooks.slack.com/commands/T/1/none", {"text": "x"}).status == 404


def test_a_response_url_refuses_what_a_message_would(workspace: Workspace) -> None:
    url = opened(workspace)

    assert json.loads(workspace.hook(url, b"text=x").body)["error"] == "invalid_json"
    assert json.loads(workspace.hook(url, {}).body)["error"] == "no_text"
    refused = workspace.hook(url, {"text": "x", "blocks": [{"type": "carousel"}]})
    assert (refused.status, json.loads(refused.body)["error"]) == (400, "invalid_blocks")


def test_an_answer_can_be_for_all_or_replace_the_message_of_the_button(workspace: Workspace) -> None:
    message = asking(workspace)
    (pressed,) = workspace.slack.buttons_of(CHANNEL, message.ts)
    workspace.happens(workspace.slack.press(APPROVER, message, pressed))
    url = json.loads(parse_qs(workspace.got[-1][2].decode())["payload"][0])["response_url"]

    workspace.hook(url, {"text": "aya approved", "replace_original": True})
    assert message.read == "aya approved"
    assert workspace.slack.buttons_of(CHANNEL, message.ts) == ()

    workspace.hook(url, {"text": "it begins", "response_type": "in_channel"})
    assert (workspace.conversation.lines[-1].text, workspace.conversation.lines[-1].to) == ("it begins", "")
    workspace.hook(url, {"delete_original": True})
    assert (CHANNEL, message.ts) not in workspace.slack.messages


def test_the_same_seed_gives_the_same_requests() -> None:
    def story() -> list[bytes]:
        made = Workspace()
        made.happens(made.slack.command(SRE, CHANNEL, "start"))
        return [body for _, _, body in made.got]

    assert story() == story()
