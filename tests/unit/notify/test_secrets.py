"""A secret's problem is a message of its own; its end joins it."""

from __future__ import annotations

from tests.unit.notify.told import Chats, Json, told


def says(event: str, number: int, severity: str = "action") -> Json:
    text = f"prod/db: {event}"
    return told(event, number, severity=severity, text=text, secret="prod/db", clusters=["demo-1-33"], reason="binary")


def test_the_end_of_a_problem_joins_its_message() -> None:
    chats = Chats()
    chats.hears(says("secret-refused", 1))
    chats.hears(says("secret-current-again", 2, "info"))
    chats.hears({**says("secret-current-again", 2, "info"), "messageId": "sqs-copy"})
    (shown,), (body,) = chats.channel, chats.room
    assert body.count("is current again") == 1
    assert "prod/db cannot be carried" in shown["text"]
    assert shown["blocks"][-1]["elements"][0]["text"] == "✅ prod/db is current again"


def test_each_problem_is_a_message_of_its_own() -> None:
    chats = Chats()
    chats.hears(says("secret-refused", 1))
    chats.hears(says("secret-late", 2))
    chats.hears(says("secret-current-again", 3, "info"))
    first, second = chats.room
    assert "is current again" not in first
    assert "is late" in second
    assert "is current again" in second


def test_an_end_without_a_problem_is_a_message() -> None:
    chats = Chats()
    chats.hears(says("secret-restored", 1, "info"))
    assert len(chats.channel) == 1
