"""What a proven request says: a command line, a pressed button, or nothing that norikae takes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from norikae.chat.ears import chatwork as chatwork_ear
from norikae.chat.ears import slack as slack_ear
from norikae.chat.ears.hear import hear
from norikae.chat.ears.port import Ear
from norikae.chat.letter import ChatLetter

from .signing import NOW, chatwork, ports, pressed, recorded, said, slack, slash

Json = dict[str, Any]


def heard(ear: Ear, event: Json) -> tuple[Json | None, Json]:
    """The letter that was put, as the queue has it, and the answer."""
    world = ports()
    answer = hear(ear, world, event)
    assert answer["statusCode"] == 200
    return (json.loads(json.dumps(world.letters[0])) if world.letters else None), answer


def from_slack(body: bytes) -> Json | None:
    return heard(slack_ear, slack(body))[0]


def from_chatwork(body: bytes) -> Json | None:
    return heard(chatwork_ear, chatwork(body))[0]


def test_a_slash_command_is_a_letter() -> None:
    letter = from_slack(slash("approve demo-1-35-0001 k7f3qa because 読んだ"))
    assert msgspec.convert(letter, ChatLetter) == ChatLetter(
        door="slack",
        kind="command",
        id="T01NORIKAE/U01MIO",
        place="C01OPS",
        name="mio",
        text="approve demo-1-35-0001 k7f3qa because 読んだ",
        key="1.2.abc",
        at=float(NOW),
        answer_to="https://hooks.slack.com/commands/T01NORIKAE/1/x",
    )


def test_a_pressed_button_is_a_letter_whose_text_is_its_value() -> None:
    letter = from_slack(pressed())
    assert msgspec.convert(letter, ChatLetter) == ChatLetter(
        door="slack",
        kind="button",
        id="T01NORIKAE/U01MIO",
        place="C01OPS",
        name="mio",
        text="approve demo-1-35-0001 k7f3qa",
        key="3.4.def",
        at=float(NOW),
        answer_to="https://hooks.slack.com/actions/T01NORIKAE/1/x",
        message="1795834000.000100",
    )


def test_a_message_of_chatwork_is_a_letter() -> None:
    letter = from_chatwork(said("/norikae approve demo-1-35-0001 k7f3qa"))
    assert msgspec.convert(letter, ChatLetter) == ChatLetter(
        door="chatwork",
        id="1484814",
        place="36818150",
        text="approve demo-1-35-0001 k7f3qa",
        key="984676321621704704",
        at=float(NOW),
        answer_to="984676321621704704",
    )


@pytest.mark.parametrize("letter", [from_slack(slash()), from_slack(pressed()), from_chatwork(said())])
def test_a_letter_has_every_field_and_no_other(letter: Json) -> None:
    assert set(letter) == set(ChatLetter.__struct_fields__)


def test_a_command_is_said_back_to_its_sender_alone() -> None:
    _, answer = heard(slack_ear, slack(slash("hold billing <!channel> & more")))
    said_back = json.loads(answer["body"])
    assert said_back["response_type"] == "ephemeral"
    assert said_back["text"] == "Heard / 受け付けました: hold billing &lt;!channel&gt; &amp; more"
    assert answer["headers"]["Content-Type"].startswith("application/json")


def test_a_long_line_is_shortened_in_the_answer_alone() -> None:
    letter, answer = heard(slack_ear, slack(slash("w" * 3000)))
    assert letter is not None
    assert len(letter["text"]) == 3000
    assert len(json.loads(answer["body"])["text"]) < 300


def test_a_command_without_words_is_heard_as_such() -> None:
    """What it means is for whoever answers: ``help``."""
    letter, _ = heard(slack_ear, slack(slash("  ")))
    assert letter is not None
    assert letter["text"] == ""


@pytest.mark.parametrize("answer", [heard(slack_ear, slack(pressed()))[1], heard(chatwork_ear, chatwork(said()))[1]])
def test_buttons_and_chatwork_are_answered_with_nothing(answer: Json) -> None:
    assert answer == {"statusCode": 200, "body": ""}


def test_a_second_environments_command_has_a_longer_name() -> None:
    assert from_slack(slash("status", command="/norikae-staging")) is not None
    assert from_slack(slash("status", command="/norikaeru")) is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"ssl_check=1", b"ssl_check=1&token=x", b"text=status", b"payload=", b"payload=[]", b"payload=%7B"),
        *(slash(ssl_check="1"), slash(command="/other"), slash(team_id=""), slash(user_id=""), slash(channel_id="")),
        *(
            b"\xff",
            b"&" * 200,
            b"payload=" + b"%5B" * 5000,
            pressed(type="view_submission"),
            pressed(type=["block_actions"]),
        ),
        *(pressed(actions=[]), pressed(actions=None), pressed(actions=[7]), pressed(actions=[{"action_id": "a link"}])),
        *(pressed(user=None), pressed(user={"id": 7}), pressed(channel=None), pressed("")),
    ],
)
def test_whatever_else_slack_sends_is_fine_and_says_nothing(body: bytes) -> None:
    world = ports()
    event = slack(body, is_base64=True)
    assert hear(slack_ear, world, event) == {"statusCode": 200, "body": ""}
    assert world.letters == []
    assert world.lines[0]["heard"] == "nothing"


def test_where_a_button_was_may_be_in_its_container() -> None:
    container = {"channel_id": "C01OPS", "message_ts": "1795834000.000200"}
    letter = from_slack(pressed(channel=None, message=None, container=container, team=None))
    assert letter is not None
    assert (letter["place"], letter["message"], letter["id"]) == ("C01OPS", "1795834000.000200", "T01NORIKAE/U01MIO")


@pytest.mark.parametrize(
    ("home", "team", "known"),
    [
        ("T09ELSE", {"id": "T01NORIKAE"}, "T09ELSE/U01MIO"),
        ("E09ELSE", {"id": "T01NORIKAE", "enterprise_id": "E01NORIKAE"}, "E09ELSE/U01MIO"),
        ("E09ELSE", {"id": "T01NORIKAE"}, "E09ELSE/U01MIO"),
        ("E01NORIKAE", {"id": "T01NORIKAE", "enterprise_id": "E01NORIKAE"}, "T01NORIKAE/U01MIO"),
        ("", {"id": "T01NORIKAE"}, "T01NORIKAE/U01MIO"),
    ],
)
def test_a_guest_from_another_workspace_is_nobody_of_ours_who_has_the_same_id(
    home: str, team: Json, known: str
) -> None:
    letter = from_slack(pressed(user={"id": "U01MIO", "username": "mio", "team_id": home}, team=team))
    assert letter is not None
    assert letter["id"] == known


def test_a_request_without_a_trigger_is_known_by_its_signature() -> None:
    letter = from_slack(slash(trigger_id=""))
    assert letter is not None
    assert letter["key"].startswith("v0=")


def test_half_of_a_letter_of_another_plane_does_not_stop_the_queue() -> None:
    letter = from_slack(pressed("hold \ud83d"))
    assert letter is not None
    assert msgspec.json.decode(json.dumps(letter), type=ChatLetter).text == "hold ?"


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("/norikae status", "status"),
        ("/norikae", ""),
        ("  /norikae   status  ", "status"),
        ("/norikae\u3000hold\u3000billing", "hold\u3000billing"),
        ("[To:77]norikaeさん\n/norikae status", "status"),
        (
            "[To:77] norikaeさん\r\n[To:78] 美緒さん\r\n\r\n/norikae hold billing because 調査",
            "hold billing because 調査",
        ),
        ("[rp aid=77 to=36818150-984676321621704704]norikaeさん\n/norikae abort", "abort"),
        ("[toall]\n/norikae status\n/norikae abort", "status"),
        ("/norikae status\nありがとう", "status"),
    ],
)
def test_a_message_that_begins_with_a_command_says_it(message: str, line: str) -> None:
    letter = from_chatwork(said(message))
    assert letter is not None
    assert letter["text"] == line


@pytest.mark.parametrize(
    "message",
    [
        *("", "\n", "こんにちは", "norikae status", "/norikaestatus", "please /norikae abort", "[To:77]norikaeさん"),
        "[qt][qtmeta aid=9 time=1795834000]/norikae abort[/qt]",
        "[qt][qtmeta aid=9 time=1795834000]\n/norikae abort\n[/qt]\nwhat is that?",
        "[info][title]x[/title]\n/norikae abort[/info]",
        "what does this do?\n/norikae abort",
    ],
)
def test_a_message_that_does_not_begin_with_a_command_says_nothing(message: str) -> None:
    assert from_chatwork(said(message)) is None


@pytest.mark.parametrize("cut", ["", " ", "\x0b", "\x1c", "\x85", "\u2028"])
def test_a_name_that_looks_like_a_command_is_a_name(cut: str) -> None:
    """People choose their names, and an answer begins with the name of who is answered."""
    assert from_chatwork(said(f"[rp aid=9 to=36818150-1]{cut}/norikae abort demo-1-35-0001\nthanks")) is None


def test_a_mention_has_another_field_for_who_said_it() -> None:
    letter = from_chatwork(said("[To:77]norikaeさん\n/norikae status", kind="mention_to_me"))
    assert letter is not None
    assert letter["id"] == "1484814"


@pytest.mark.parametrize(
    "body",
    [
        *(said(kind="message_updated"), said(kind="something_new"), said(message_id=None), said(room_id=True)),
        *(said(account_id=1.5), said(account_id="1484814 or 1=1"), said(room_id="\uff13"), said(account_id=-3)),
        json.dumps(
            {"webhook_event_type": ["message_created"], "webhook_event_time": NOW, "webhook_event": []}
        ).encode(),
        json.dumps({"webhook_event_type": "message_created", "webhook_event_time": NOW}).encode(),
    ],
)
def test_other_events_of_chatwork_are_fine_and_say_nothing(body: bytes) -> None:
    assert from_chatwork(body) is None


RECORDED: dict[str, tuple[Ear, int, str | None]] = {
    "hear_slack": (slack_ear, 200, "hold billing because load test at noon"),
    "hear_slack_base64": (slack_ear, 200, "status"),
    "hear_slack_button": (slack_ear, 200, "approve demo-1-35-0001 k7f3qa"),
    "hear_slack_ssl_check": (slack_ear, 200, None),
    "hear_slack_forged": (slack_ear, 401, None),
    "hear_chatwork": (chatwork_ear, 200, "approve demo-1-35-0001 k7f3qa because 読みました"),
    "hear_chatwork_mention": (chatwork_ear, 200, "status"),
    "hear_chatwork_edited": (chatwork_ear, 200, None),
    "hear_chatwork_talk": (chatwork_ear, 200, None),
    "hear_chatwork_forged": (chatwork_ear, 401, None),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_events_are_heard(name: str) -> None:
    ear, status, line = RECORDED[name]
    world = ports()
    assert hear(ear, world, recorded(name))["statusCode"] == status
    assert [letter["text"] for letter in world.letters] == ([] if line is None else [line])
