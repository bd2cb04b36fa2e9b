"""Ten thousand forgeries per chat, each made of a true request: none is accepted, and none makes an ear stumble."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest

from norikae.chat.ears import chatwork as chatwork_ear
from norikae.chat.ears import slack as slack_ear
from norikae.chat.ears.hear import hear
from norikae.chat.ears.port import Ear
from norikae.chat.letter import ChatLetter

from .signing import CHATWORK_TOKEN, NOW, SLACK_KEY, chatwork, chatwork_signature, ports, pressed, said, slack, slash

Json = dict[str, Any]
EARS: dict[str, Ear] = {"slack": slack_ear, "chatwork": chatwork_ear}
COUNT = 10_000
NAMES = {
    "slack": ("X-Slack-Signature", "X-Slack-Request-Timestamp"),
    "chatwork": ("x-chatworkwebhooksignature",),
}
LETTERS = "aZ09=+/&%{}[]\"':,. \t\r\n\0\x7fé±あ\u3000\u202e\U0001d7d8\uff11²\ud800\udfff"
HOSTILE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, float("nan"), [], {}, [None], "", " ", "v0=", "v0=" + "0" * 64, "v0=" + "A" * 64),
    *("=" * 44, "A" * 43 + "=", "\uff11" * 10, "²" * 10, "1e9", "+1", "-1", "0x10", "9" * 400, "NaN", "\ud800"),
)


def true(door: str, rng: random.Random) -> Json:
    """A request that is the chat's."""
    word = f"hold {rng.random()}"
    is_base64 = rng.random() < 0.3
    if door == "slack":
        return slack(slash(word), NOW + rng.randint(-299, 299), is_base64=is_base64)
    return chatwork(said(f"/norikae {word}", sent=NOW + rng.randint(-299, 299)), is_base64=is_base64)


def noise(rng: random.Random, longest: int = 90) -> str:
    """A text of letters that break parsers."""
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, longest)))


def put(event: Json, name: str, value: object) -> Json:
    """The event with another value of a header, in both forms."""
    many = {**event["multiValueHeaders"], name: [value]}
    return {**event, "headers": {**event["headers"], name: value}, "multiValueHeaders": many}


def another_body(_door: str, event: Json, rng: random.Random) -> Json:
    body = event["body"]
    at = rng.randrange(len(body))
    changed = body[:at] + rng.choice("abcXYZ019%+/=あ\0") + body[at + rng.randint(0, 1) :]
    return {**event, "body": changed if changed != body else body[1:]}


def any_body(_door: str, event: Json, rng: random.Random) -> Json:
    return {**event, "body": rng.choice([noise(rng, 400), None, 7, [], {}, "payload=" + noise(rng), "[" * 5000])}


def another_signature(door: str, event: Json, rng: random.Random) -> Json:
    name = NAMES[door][0]
    mark = event["headers"][name]
    at = rng.randrange(len(mark))
    made = rng.choice(
        [mark[:at], mark[at + 1 :], mark + mark, mark.swapcase(), f" {mark}", f"{mark}\n", mark[::-1], noise(rng)]
    )
    return put(event, name, made)


def hostile_header(door: str, event: Json, rng: random.Random) -> Json:
    return put(event, rng.choice(NAMES[door]), rng.choice(HOSTILE))


def no_header(door: str, event: Json, rng: random.Random) -> Json:
    name = rng.choice(NAMES[door])
    gone = {key: {k: v for k, v in event[key].items() if k != name} for key in ("headers", "multiValueHeaders")}
    return {**event, **gone}


def doubled_header(door: str, event: Json, rng: random.Random) -> Json:
    name = rng.choice(NAMES[door])
    values = [*event["multiValueHeaders"][name], rng.choice(HOSTILE)]
    rng.shuffle(values)
    return {**event, "multiValueHeaders": {**event["multiValueHeaders"], name: values}}


def another_key(door: str, _event: Json, rng: random.Random) -> Json:
    if door == "slack":
        key = rng.choice(["", " ", SLACK_KEY[::-1], SLACK_KEY.upper(), noise(rng).encode(errors="ignore").decode()])
        return slack(slash(), NOW, key)
    key = rng.choice(
        ["", base64.b64encode(CHATWORK_TOKEN.encode()).decode(), base64.b64encode(rng.randbytes(32)).decode()]
    )
    return chatwork(said(), key)


def another_time(door: str, event: Json, rng: random.Random) -> Json:
    away = rng.choice([-1, 1]) * rng.choice([301, 3600, 10**6, 10**9, 10**12])
    if door == "slack":
        return rng.choice(
            [slack(slash(), NOW + away), put(event, NAMES[door][1], str(NOW + 299 - rng.randrange(2)) + "0")]
        )
    return chatwork(said(sent=rng.choice([NOW + away, str(NOW), None, True, [], float("nan"), 10**400])))


def another_form(_door: str, event: Json, rng: random.Random) -> Json:
    return rng.choice(
        [
            {**event, "isBase64Encoded": not event["isBase64Encoded"]},
            {**event, "headers": rng.choice(HOSTILE), "multiValueHeaders": rng.choice(HOSTILE)},
            {**event, "multiValueHeaders": dict.fromkeys(event["multiValueHeaders"], rng.choice(HOSTILE) or "")},
            {noise(rng): noise(rng), "body": noise(rng), "headers": {noise(rng): noise(rng)}},
        ]
    )


def signature_elsewhere(door: str, event: Json, rng: random.Random) -> Json:
    """In a query where it does not belong, or of other bytes."""
    bare = {**event, "headers": {}, "multiValueHeaders": {}}
    if door == "slack":
        return {**bare, "queryStringParameters": event["headers"]}
    other = chatwork_signature(said(noise(rng).encode(errors="ignore").decode()))
    many = rng.choice([None, {"chatwork_webhook_signature": [other, other]}])
    return {
        **bare,
        "queryStringParameters": {"chatwork_webhook_signature": other},
        "multiValueQueryStringParameters": many,
    }


Forge = Callable[[str, Json, random.Random], Json]
FORGERIES: tuple[Forge, ...] = (
    *(another_body, any_body, another_signature, hostile_header, no_header, doubled_header, another_key, another_time),
    *(another_form, signature_elsewhere),
)


@pytest.mark.parametrize("door", EARS)
def test_ten_thousand_forgeries_are_refused_and_none_is_an_error(door: str) -> None:
    rng, world = random.Random(f"forged {door}"), ports()  # noqa: S311 - a seed makes a failure come again
    said_to: Counter[int] = Counter()
    for number in range(COUNT):
        forge = FORGERIES[number % len(FORGERIES)]
        event = forge(door, true(door, rng), rng)
        status = hear(EARS[door], world, event)["statusCode"]
        assert status == 401, (forge.__name__, event)
        said_to[status] += 1
    assert (sum(said_to.values()), world.letters) == (COUNT, [])
    assert 0.2 < len(world.asked) / COUNT < 0.9, "some go as far as the key, and most that cannot be true do not"


@pytest.mark.parametrize("door", EARS)
def test_what_the_forgeries_are_made_of_is_accepted(door: str) -> None:
    rng, world = random.Random(f"true {door}"), ports()  # noqa: S311 - as above
    for _ in range(200):
        event = json.loads(json.dumps(true(door, rng)))
        assert hear(EARS[door], world, event)["statusCode"] == 200
    assert len(world.letters) == 200


def mangled(value: Any, rng: random.Random) -> Any:
    """JSON of which some part is of another kind."""
    if rng.random() < 0.12:
        return rng.choice([*HOSTILE, noise(rng), 10**30, [[[]]], {"id": {}}])
    if isinstance(value, dict):
        return {key: mangled(one, rng) for key, one in value.items() if rng.random() > 0.05}
    return [mangled(one, rng) for one in value] if isinstance(value, list) else value


def test_whatever_a_chat_signs_is_no_error_and_every_letter_is_whole() -> None:
    """A key that leaked, or a chat that changes its form: the queue gets letters that can be read, or nothing."""
    rng, world = random.Random("signed"), ports()  # noqa: S311 - as above
    button = json.loads(parse_qs(pressed().decode())["payload"][0])
    message = json.loads(said())
    for _ in range(3_000):
        payload = json.dumps(mangled(button, rng))
        form = rng.choice(
            [urlencode({"payload": payload}), slash(noise(rng, 60).encode(errors="ignore").decode()).decode()]
        )
        assert hear(slack_ear, world, slack(form.encode()))["statusCode"] == 200
        body = json.dumps(
            {key: mangled(one, rng) for key, one in message.items()} | {"webhook_event_time": NOW}
        ).encode()
        assert hear(chatwork_ear, world, chatwork(body))["statusCode"] == 200
    for letter in world.letters:
        found = msgspec.json.decode(json.dumps(letter), type=ChatLetter)
        assert all((found.id, found.place, found.key))
    assert Counter(letter["door"] for letter in world.letters).keys() == {"slack", "chatwork"}
