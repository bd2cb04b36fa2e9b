"""Chatwork takes and refuses messages as it would, tells webhooks what it would, and shows whom a text calls."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from local.aws.loopback import HttpAnswer, HttpRequest
from local.chat import chatwork_webhook
from local.chat.chatwork import Chatwork, Posted
from local.chat.chatwork_tags import notified
from local.chat.chatwork_webhook import Event, Webhook, drawn_token
from local.chat.conversation import Conversation
from local.chat.people import ChatworkPerson
from local.chat.sending import Answer
from local.kernel import Kernel, Steps

ROOM, OTHER_ROOM, NORIKAE, TEAM, SRE = "36818150", "40000001", "9000001", "1484814", "1500001"
TOKEN, URL = "0123456789abcdef0123456789abcdef", "https://abc.example.com/norikae/chatwork"
VECTOR_TOKEN = "A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU="
VECTOR = "G7Gtrh5Ee6d8erOVXhWPtUrkNJqqIT5vwLU50KhyLQk="
VECTOR_BODY = (
    b'{"webhook_setting_id":"246","webhook_event_type":"message_created","webhook_event_time":1511238729,'
    b'"webhook_event":{"message_id":"984676321621704704","room_id":36818150,"account_id":1484814,"body":"test",'
    b'"send_time":1511238729,"update_time":0}}'
)


class House:
    """A room with norikae and a team, and a webhook at which a test listens."""

    def __init__(self) -> None:
        self.kernel = Kernel(seed=3)
        self.conversation = Conversation()
        self.got: list[tuple[str, Mapping[str, str], bytes]] = []
        self.app_answers: Callable[[], Answer | Steps] = lambda: (200, {}, b"")
        self.chatwork = Chatwork(self.kernel, self.conversation, self._send)
        self.chatwork.accounts |= {NORIKAE: "norikae", TEAM: "notify team", SRE: "ken"}
        self.chatwork.tokens[TOKEN] = NORIKAE
        self.chatwork.open_room(ROOM, "upgrades", {NORIKAE, TEAM})
        self.chatwork.open_room(OTHER_ROOM, "lunch", {TEAM, SRE})
        self.hears("message_created")
        self.team = ChatworkPerson(self.kernel, self.chatwork, TEAM, ROOM)

    def hears(self, *events: Event, room: str = ROOM) -> None:
        """The only webhook is about this from now on."""
        token = drawn_token(self.kernel.stream("token"))
        self.webhook = Webhook("246", NORIKAE, URL, token, room, frozenset(events))
        self.chatwork.webhooks[:] = [self.webhook]

    def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer | Steps:
        self.got.append((url, headers, body))
        return self.app_answers()

    def ask(self, method: str, path: str, form: Mapping[str, str] | bytes, **headers: str) -> tuple[Any, HttpAnswer]:
        """A call of the API as norikae's program makes it."""
        known = {"host": "api.chatwork.com", "x-chatworktoken": TOKEN}
        known |= {"content-type": "application/x-www-form-urlencoded"}
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = form if isinstance(form, bytes) else urlencode(form).encode()
        answer = self.chatwork.answer(HttpRequest(method, path, known, raw))
        return json.loads(answer.body), answer

    def post(self, body: str) -> str:
        """A message of norikae, which Chatwork takes."""
        self.rest(1)
        answer, _ = self.ask("POST", f"/v2/rooms/{ROOM}/messages", {"body": body, "self_unread": "0"})
        message: str = answer["message_id"]
        return message

    def rest(self, seconds: float) -> None:
        """Time passes."""
        self.kernel.run(self.kernel.spent())
        self.kernel.run(seconds)

    def told(self) -> list[dict[str, Any]]:
        """What webhooks were told."""
        return [json.loads(body) for _, _, body in self.got]


@pytest.fixture
def house() -> House:
    return House()


def test_a_message_stands_in_its_room_and_can_be_changed(house: House) -> None:
    message = house.post("[info]5 %[/info]")
    answer, http = house.ask("PUT", f"/v2/rooms/{ROOM}/messages/{message}", {"body": "[info]50 %[/info]"})

    assert answer == {"message_id": message}
    assert isinstance(message, str)
    assert message.isdigit()
    assert http.status == 200
    assert house.chatwork.messages[ROOM, message].body == "[info]50 %[/info]"
    assert [(line.how, line.who, line.where, line.text) for line in house.conversation.lines] == [
        ("says", "norikae", "upgrades", "[info]5 %[/info]"),
        ("edits", "norikae", "upgrades", "[info]50 %[/info]"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "form", "headers", "status"),
    [
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": "x"}, {"x_chatworktoken": "wrong"}, 401),
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": "x"}, {"x_chatworktoken": ""}, 401),
        ("POST", f"/v2/rooms/{OTHER_ROOM}/messages", {"body": "x"}, {}, 403),
        ("POST", "/v2/rooms/1/messages", {"body": "x"}, {}, 404),
        ("POST", "/v2/me", {"body": "x"}, {}, 404),
        ("GET", f"/v2/rooms/{ROOM}/messages", {}, {}, 404),
        ("PUT", f"/v2/rooms/{ROOM}/messages/12", {"body": "x"}, {}, 404),
        ("POST", f"/v2/rooms/{ROOM}/messages", {}, {}, 400),
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": ""}, {}, 400),
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": "x" * 65_536}, {}, 400),
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": "x", "to": "all"}, {}, 400),
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": "x", "self_unread": "no"}, {}, 400),
        ("POST", f"/v2/rooms/{ROOM}/messages", {"body": "x"}, {"content_type": "application/json"}, 400),
    ],
)
def test_a_refusal_has_its_status_and_says_why(
    house: House, method: str, path: str, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer, http = house.ask(method, path, form, **headers)

    assert http.status == status
    assert [type(one) for one in answer["errors"]] == [str]
    assert not house.chatwork.messages
    assert TOKEN not in repr(house.chatwork.asked)


def test_nobody_changes_the_message_of_another(house: House) -> None:
    message = house.team.write("mine")

    _, http = house.ask("PUT", f"/v2/rooms/{ROOM}/messages/{message.id}", {"body": "yours"})

    assert http.status == 403
    assert message.body == "mine"


def test_ten_messages_in_ten_seconds_and_room(house: House) -> None:
    path = f"/v2/rooms/{ROOM}/messages"
    statuses = [house.ask("POST", path, {"body": "x"})[1].status for _ in range(11)]
    message = next(iter(house.chatwork.messages.values()))

    assert statuses == [200] * 10 + [429]
    edited, _ = house.ask("PUT", f"{path}/{message.id}", {"body": "changes are no messages"})
    assert edited == {"message_id": message.id}
    house.rest(10)
    assert house.ask("POST", path, {"body": "x"})[1].status == 200


def test_three_hundred_requests_in_five_minutes(house: House) -> None:
    message = house.post("x")
    began = house.kernel.now()
    path = f"/v2/rooms/{ROOM}/messages/{message}"
    answers = [house.ask("PUT", path, {"body": str(number)})[1] for number in range(300)]
    first, refused = answers[0], answers[-1]

    assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("300", "298")
    assert [answer.status for answer in answers] == [200] * 299 + [429]
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert json.loads(refused.body)["errors"]
    resets = int(refused.headers["x-ratelimit-reset"])
    assert began < resets <= began + 301
    house.rest(max(0.0, resets - house.kernel.now()) + 1)
    assert house.ask("PUT", path, {"body": "later"})[1].headers["x-ratelimit-remaining"] == "299"


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ("[To:1484814]look", {TEAM}),
        ("[To:1484814] notify team", {TEAM}),
        ("[to: 1484814 ]", {TEAM}),
        (f"[rp aid=1484814 to={ROOM}-12]", {TEAM}),
        (f"[返信 aid=1484814 to={ROOM}-12]", {TEAM}),
        ("[toall]", {TEAM, NORIKAE}),
        ("[TOALL]", {TEAM, NORIKAE}),
        ("TO ALL >>> look", {TEAM, NORIKAE}),
        ("back to all of it", set()),
        ("[To:1500001]", set()),
        ("To:1484814 @all [info][title]toall[/title]x[/info]", set()),
        ("［To:1484814］", set()),  # noqa: RUF001 - how a text may be made harmless
        ("[qt][qtmeta aid=1484814 time=1]x[/qt] [picon:1484814]", set()),
    ],
)
def test_it_is_known_whom_a_text_calls(body: str, called: set[str]) -> None:
    assert notified(body, {NORIKAE, TEAM}) == called


def test_the_public_vector_is_reproduced_byte_for_byte() -> None:
    webhook = Webhook("246", NORIKAE, URL, VECTOR_TOKEN)
    message = Posted(ROOM, "984676321621704704", TEAM, "test", 1511238729.4)

    body = chatwork_webhook.body(webhook, "message_created", message, 1511238729.9)

    assert body == VECTOR_BODY
    url, headers = chatwork_webhook.request(webhook, body)
    assert headers["x-chatworkwebhooksignature"] == VECTOR
    assert url == f"{URL}?chatwork_webhook_signature={quote(VECTOR, safe='')}"
    assert VECTOR_TOKEN not in repr(webhook)


def test_a_webhook_is_told_what_people_write_and_change(house: House) -> None:
    house.hears("message_created", "message_updated")
    message = house.team.say("hold notify-push")
    house.rest(1)
    house.team.rewrite(message, "/norikae shift notify-push")
    house.rest(1)

    created, updated = house.told()
    assert created["webhook_event"] | {"send_time": 0} == {
        "message_id": message.id,
        "room_id": int(ROOM),
        "account_id": int(TEAM),
        "body": "/norikae hold notify-push",
        "send_time": 0,
        "update_time": 0,
    }
    assert updated["webhook_event_type"] == "message_updated"
    assert updated["webhook_event"]["update_time"] == int(house.kernel.now() - 1)
    url, headers, body = house.got[0]
    own = hmac.new(base64.b64decode(house.webhook.token), body, hashlib.sha256).digest()
    assert headers["x-chatworkwebhooksignature"] == base64.b64encode(own).decode()
    assert parse_qs(urlsplit(url).query)["chatwork_webhook_signature"] == [base64.b64encode(own).decode()]
    assert headers["user-agent"].startswith("ChatWork-Webhook/")


def test_a_webhook_is_told_when_its_account_is_called_and_by_its_own_messages_too(house: House) -> None:
    house.hears("mention_to_me", room="")
    house.team.write(f"[To:{NORIKAE}] hello")
    house.team.write("nobody is called")
    house.rest(1)
    (mentioned,) = house.told()
    assert mentioned["webhook_event"]["from_account_id"] == int(TEAM)
    assert mentioned["webhook_event"]["to_account_id"] == int(NORIKAE)

    house.hears("message_created")
    house.post("norikae itself")
    house.rest(1)
    assert house.told()[-1]["webhook_event"]["account_id"] == int(NORIKAE)


def test_a_webhook_is_told_of_its_room_only_or_of_mentions_in_all(house: House) -> None:
    house.chatwork.open_room("12", "second", {NORIKAE, TEAM})
    house.chatwork.write(OTHER_ROOM, SRE, f"[To:{NORIKAE}] norikae is no member")
    house.chatwork.write("12", TEAM, f"[To:{NORIKAE}] another room")
    house.team.say("status")
    house.rest(1)
    assert [one["webhook_event"]["room_id"] for one in house.told()] == [int(ROOM)]

    house.hears("mention_to_me", room="")
    house.chatwork.write("12", TEAM, f"[To:{NORIKAE}] another room")
    house.rest(1)
    assert [one["webhook_event"]["room_id"] for one in house.told()] == [int(ROOM), 12]


@pytest.mark.parametrize(
    ("room", "events"), [("", ("message_created",)), (ROOM, ("message_created", "mention_to_me")), (ROOM, ()), ("", ())]
)
def test_nobody_can_make_a_webhook_that_chatwork_does_not_offer(
    house: House, room: str, events: tuple[Event, ...]
) -> None:
    with pytest.raises(ValueError, match="either events of one room, or mention_to_me"):
        house.hears(*events, room=room)


def test_a_request_that_failed_is_never_made_again(house: House) -> None:
    house.app_answers = lambda: (500, {}, b"")
    house.team.say("status")
    house.rest(86_400)

    assert len(house.got) == 1
    assert house.webhook.enabled


def test_a_webhook_that_fails_too_often_is_disabled(house: House) -> None:
    def late() -> Steps:
        yield house.kernel.env.timeout(60)
        return 200, {}, b""

    house.app_answers = late
    for _ in range(10):
        house.team.say("status")
        house.rest(61)
    assert not house.webhook.enabled
    house.app_answers = lambda: (200, {}, b"")

    house.team.say("status")
    house.rest(10)

    assert len(house.got) == 10
    assert {sent.trouble for sent in house.chatwork.sent} == {"timeout"}


def answering(status: int) -> Answer:
    return status, {}, b""


def test_a_failure_now_and_then_disables_nothing(house: House) -> None:
    for number in range(40):
        house.app_answers = partial(answering, 500 if number % 3 == 0 else 200)
        house.team.say("status")
        house.rest(1)

    assert house.webhook.enabled
    assert len(house.got) == 40
