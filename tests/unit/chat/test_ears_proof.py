"""Who sent it is proven by the key, the bytes and the time; whatever is not proven is refused and nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from norikae.chat.ears import chatwork as chatwork_ear
from norikae.chat.ears import slack as slack_ear
from norikae.chat.ears.hear import hear
from norikae.chat.ears.port import Ear
from norikae.chat.ears.request import CAP, Request, read
from norikae.errors import AwsRefusedError, SettingsError, UnreachableError

from .signing import (
    CHATWORK_TOKEN,
    KEYS,
    NOW,
    SLACK_KEY,
    chatwork,
    chatwork_signature,
    ports,
    pressed,
    proxied,
    said,
    slack,
    slack_signature,
    slash,
)

Json = dict[str, Any]
EARS: dict[str, Ear] = {"slack": slack_ear, "chatwork": chatwork_ear}
EACH = pytest.mark.parametrize("door", EARS)
DOCUMENTED = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
"""Slack, "Verifying requests from Slack"."""
PUBLISHED = (
    b'{"webhook_setting_id":"246","webhook_event_type":"message_created","webhook_event_time":1511238729,'
    b'"webhook_event":{"message_id":"984676321621704704","room_id":36818150,"account_id":1484814,"body":"test",'
    b'"send_time":1511238729,"update_time":0}}'
)
"""Chatwork's Creators' Note of 2017-11-22."""


def request(door: str, sent: int = NOW) -> Json:
    """A request of a chat that norikae believes at that time."""
    return slack(slash(), sent) if door == "slack" else chatwork(said(sent=sent))


def status(door: str, event: object, **differs: Any) -> int:
    """What an ear says to it; without its own reason nothing may be put anywhere."""
    world = ports(**differs)
    answer = hear(EARS[door], world, event)
    assert answer["statusCode"] == 200 or world.letters == []
    return int(answer["statusCode"])


def test_slacks_documented_request_is_slacks() -> None:
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    assert status("slack", proxied(DOCUMENTED, headers), now=1531420618) == 200
    assert status("slack", proxied(DOCUMENTED + b"&", headers), now=1531420618) == 401
    assert status("slack", proxied(DOCUMENTED, headers), now=1531420618, keys={"slack": SLACK_KEY[:-1]}) == 401


def test_chatworks_published_request_is_chatworks() -> None:
    headers = {"X-ChatWorkWebhookSignature": "G7Gtrh5Ee6d8erOVXhWPtUrkNJqqIT5vwLU50KhyLQk="}
    assert status("chatwork", proxied(PUBLISHED, headers), now=1511238729) == 200
    assert status("chatwork", proxied(PUBLISHED + b" ", headers), now=1511238729) == 401


@EACH
def test_a_request_is_put_into_the_queue_once_and_answered(door: str) -> None:
    world = ports()
    assert hear(EARS[door], world, request(door))["statusCode"] == 200
    (letter,) = world.letters
    assert (letter["door"], letter["text"], letter["at"]) == (door, "status", float(NOW))
    assert world.asked == [(door, EARS[door].FIELD)]


@EACH
@pytest.mark.parametrize(("away", "expected"), [(0, 200), (300, 200), (-300, 200), (301, 401), (-301, 401), (9e9, 401)])
def test_a_request_is_believed_for_five_minutes(door: str, away: float, expected: int) -> None:
    assert status(door, request(door), now=NOW + away) == expected


def test_slacks_time_is_looked_at_before_the_key_is_asked_for() -> None:
    world = ports(now=NOW + 301)
    hear(slack_ear, world, request("slack"))
    assert world.asked == []


@EACH
def test_a_stolen_request_with_another_body_is_refused(door: str) -> None:
    other = slash("abort") if door == "slack" else said("/norikae abort")
    assert status(door, {**request(door), "body": other.decode()}) == 401


def test_a_stolen_request_with_a_newer_time_is_refused() -> None:
    event = slack(slash(), NOW - 400)
    event["headers"] = event["headers"] | {"X-Slack-Request-Timestamp": str(NOW)}
    event["multiValueHeaders"] = {}
    assert status("slack", event) == 401


@EACH
def test_another_key_opens_nothing_and_is_not_asked_for_again(door: str) -> None:
    event = slack(slash(), key="another") if door == "slack" else chatwork(said(), "YW5vdGhlcg==")
    world = ports()
    assert hear(EARS[door], world, event)["statusCode"] == 401
    assert len(world.asked) == 1
    assert (world.lines[0]["message"], world.lines[0]["why"]) == ("refused", "another signature")


@EACH
@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_key_proves_nothing(door: str, empty: str) -> None:
    """Whoever knows that the key is missing could sign with none."""
    event = slack(slash(), key="") if door == "slack" else chatwork(said(), "")
    assert status(door, event, keys={door: empty}) == 503
    ear, read_event = EARS[door], read(event)
    assert ear.key(empty) == b""
    assert isinstance(read_event, Request)
    assert not ear.is_signed(read_event, b"")


@pytest.mark.parametrize("token", ["no base64!", "A", "日本", "===="])
def test_a_token_that_is_no_base64_proves_nothing(token: str) -> None:
    world = ports(keys={"chatwork": token})
    assert hear(chatwork_ear, world, chatwork(said(), ""))["statusCode"] == 503
    assert "webhook_token" in str(world.lines[0]["text"])
    assert token not in str(world.lines)


@EACH
def test_bytes_are_signed_not_texts(door: str) -> None:
    """API Gateway passes binary media on in base64; a form with a stray byte is still what Slack signed."""
    sign = slack if door == "slack" else chatwork
    body = slash("hold 美緒") if door == "slack" else said("/norikae hold 美緒")
    assert status(door, sign(body, is_base64=True)) == 200
    assert status(door, sign(body + b"\xff\xfe", is_base64=True)) == (200 if door == "slack" else 401)
    assert status(door, {**sign(body, is_base64=True), "isBase64Encoded": False}) == 401
    assert status(door, {**sign(body), "isBase64Encoded": True}) == 401
    assert status(door, {**sign(body, is_base64=True), "isBase64Encoded": "true"}) == 401


@EACH
@pytest.mark.parametrize("spelled", [str.lower, str.upper, str.title])
def test_a_headers_name_is_known_in_every_spelling(door: str, spelled: Any) -> None:
    event = request(door)
    event["headers"] = {spelled(name): value for name, value in event["headers"].items()}
    assert status(door, {**event, "multiValueHeaders": None}) == 200
    assert status(door, {**event, "multiValueHeaders": {}}) == 200


@EACH
def test_headers_may_come_in_either_form(door: str) -> None:
    assert status(door, {**request(door), "headers": None}) == 200
    assert status(door, {**request(door), "multiValueHeaders": None}) == 200
    assert status(door, {**request(door), "headers": None, "multiValueHeaders": None}) == 401


@EACH
@pytest.mark.parametrize("second", ["other", "", None, 7])
def test_a_signature_that_comes_twice_is_none(door: str, second: object) -> None:
    event = request(door)
    for name, values in event["multiValueHeaders"].items():
        if "ignature" in name:
            doubled = {**event, "multiValueHeaders": {**event["multiValueHeaders"], name: [*values, second]}}
            assert status(door, doubled) == 401
            spelled = {**event, "headers": {**event["headers"], name.upper(): second}, "multiValueHeaders": None}
            assert status(door, spelled) == 401


def test_chatworks_signature_may_be_in_the_query() -> None:
    body = said()
    event = {**proxied(body, {}), "queryStringParameters": {"chatwork_webhook_signature": chatwork_signature(body)}}
    assert status("chatwork", event) == 200
    assert status("chatwork", {**event, "body": said("/norikae abort").decode()}) == 401


@pytest.mark.parametrize(
    "sent",
    [
        *(None, True, False, "1795834800", [NOW], {"at": NOW}, float("nan"), float("inf"), -float("inf")),
        *(10**400, -(10**400), -NOW, 0, NOW * 1000),
    ],
)
def test_a_time_that_is_none_is_never_now(sent: object) -> None:
    assert status("chatwork", chatwork(said(sent=sent))) == 401


def test_a_signed_body_that_is_no_object_has_no_time() -> None:
    deep = b"[" * 60_000
    for body in (b"", b"[]", b"null", b"\xff", deep, b"1" * 5000, b'{"webhook_event_time": 1e999}'):
        assert status("chatwork", chatwork(body, is_base64=True)) == 401


@pytest.mark.parametrize("escapes", [False, True])
def test_the_longest_message_of_a_room_is_no_error(escapes: bool) -> None:  # noqa: FBT001 - a form of JSON
    """Chatwork switches a webhook off that fails often, and anybody in the room may write what is long."""
    message = said("/norikae hold billing because " + "あ" * 65_000)
    world, body = ports(), json.dumps(json.loads(message)).encode() if escapes else message
    assert hear(EARS["chatwork"], world, chatwork(body))["statusCode"] == 200
    (letter,) = world.letters
    assert letter["text"].startswith("hold billing because あ")
    assert 2000 < len(letter["text"]) < 10_000, "its reader says that it is too long"


@EACH
def test_a_body_over_the_cap_is_refused_before_anything_is_computed(door: str) -> None:
    sign = slack if door == "slack" else chatwork
    for event in (sign(b"a" * (CAP + 1)), sign(b"a" * (CAP + 1), is_base64=True), sign("あ".encode() * 180_000)):
        world = ports()
        assert hear(EARS[door], world, event)["statusCode"] == 413
        assert world.asked == []
    assert status("slack", slack(b"a" * CAP)) == 200
    assert status("slack", slack(b"a" * CAP, is_base64=True)) == 200


@EACH
@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "",
        7,
        {},
        {"body": 7},
        {"body": None},
        {"headers": [], "body": ""},
        {"headers": {7: 7}, "body": "\ud800"},
    ],
)
def test_what_is_no_request_is_refused(door: str, event: object) -> None:
    assert status(door, event) == 401


@EACH
def test_a_key_out_of_reach_is_no_ones_fault_and_told_without_it(door: str) -> None:
    world = ports(key_fails=UnreachableError("the extension on port 2773 did not answer"))
    assert hear(EARS[door], world, request(door)) == {"statusCode": 503, "body": ""}
    (line,) = world.lines
    assert (line["level"], line["state"], line["error"]) == ("ERROR", f"hear_{door}", "UnreachableError")


@EACH
@pytest.mark.parametrize("error", [AwsRefusedError("sqs:SendMessage", "AccessDenied", "no"), SettingsError("no queue")])
def test_a_queue_that_takes_nothing_is_told_to_the_chat(door: str, error: Any) -> None:
    assert status(door, request(door), put_fails=error) == 503


@EACH
def test_the_log_has_neither_words_nor_codes(door: str) -> None:
    world = ports()
    hear(
        EARS[door],
        world,
        slack(pressed("approve r k7f3qa")) if door == "slack" else chatwork(said("/norikae approve r k7f3qa")),
    )
    hear(EARS[door], world, {**request(door), "body": "approve r k7f3qa"})
    assert [line["status"] for line in world.lines] == [200, 401]
    written = json.dumps(world.lines)
    assert "k7f3qa" not in written
    assert not any(key in written for key in KEYS.values())


@EACH
def test_the_same_request_has_the_same_key_each_time(door: str) -> None:
    """Slack signs its retries anew; Chatwork sends one message for each webhook that hears it."""
    world = ports()
    if door == "slack":
        events = [slack(slash(), NOW), slack(slash(), NOW + 3)]
    else:
        events = [chatwork(said()), chatwork(said(kind="mention_to_me", sent=NOW + 1))]
    for event in events:
        hear(EARS[door], world, event)
    first, second = world.letters
    assert first["key"] == second["key"] != ""


def test_vectors_of_this_page_are_made_without_the_ears() -> None:
    """The signers of the tests are proven on the documented vectors, too."""
    assert slack_signature(DOCUMENTED, 1531420618).endswith("69b503")
    assert chatwork_signature(PUBLISHED) == "G7Gtrh5Ee6d8erOVXhWPtUrkNJqqIT5vwLU50KhyLQk="
    assert len(base64.b64decode(CHATWORK_TOKEN)) == 32


@pytest.mark.parametrize("value", ["日本", "v0=\ud800", "\uff11", None, 7, ["v0="]])
def test_a_header_that_is_no_ascii_text_is_as_good_as_none(value: object) -> None:
    found = read({"headers": {"X-Slack-Signature": value}, "body": ""})
    assert isinstance(found, Request)
    assert found.header("x-slack-signature") == ""
