"""Amazon Q Developer in chat drops what has another form than its own, so each message has exactly that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from norikae.environment import Notify
from norikae.errors import ThrottledError
from norikae.notify.amazon_q import custom_notification
from norikae.notify.catalogue import EVENTS
from norikae.notify.message import Message, read
from tests.unit.notify.told import CODE, RUN, Chats, every, failures, told

SCHEMA = json.loads((Path(__file__).parent / "amazon_q.schema.json").read_text())
LARGEST = 256 * 1024
TEXTS = st.one_of(st.text(max_size=100), st.sampled_from(["&" * 5000, "\0", "😀" * 3000]))


def is_valid(notification: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(notification)
    assert len(json.dumps(notification).encode()) < LARGEST


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_has_the_custom_schema(event: str, language: Any) -> None:
    is_valid(custom_notification(read(every(event), "demo"), Notify(language=language)))


@given(
    message=st.builds(
        Message,
        id=TEXTS,
        environment=TEXTS,
        event=st.one_of(TEXTS, st.sampled_from(sorted(EVENTS))),
        severity=st.sampled_from(["info", "action", "page"]),
        run=TEXTS,
        text=TEXTS,
        facts=st.dictionaries(
            st.sampled_from(["code", "subject", "cluster", "reason", "episode", "episodes", "lost", "other"]),
            st.one_of(TEXTS, st.none(), st.integers(), st.floats(), st.lists(TEXTS, max_size=50)),
        ),
    ),
    language=st.sampled_from(["en", "ja"]),
)
def test_whatever_a_message_says_it_has_the_custom_schema(message: Message, language: Any) -> None:
    is_valid(custom_notification(message, Notify(language=language)))


def test_a_schema_that_takes_anything_would_prove_nothing() -> None:
    notification = custom_notification(read(every("phase"), "demo"), Notify())
    for wrong in ({**notification, "severity": "info"}, {**notification, "version": "1"}, {"version": "1.0"}):
        assert not Draft202012Validator(SCHEMA).is_valid(wrong)


def test_what_is_about_the_same_hangs_together() -> None:
    def thread(event: str, **facts: Any) -> str:
        notification = custom_notification(read(told(event, **facts), "demo"), Notify())
        return str(notification["metadata"]["threadId"])

    assert thread("phase", run=RUN) == thread("contested", number=2, run=RUN) == f"demo/run/{RUN}"
    assert thread("interruption", episode="i-1-a") == "demo/episode/i-1-a"
    assert thread("secret-late", secret="prod/db") == thread("secret-restored", secret="prod/db")
    assert thread("secret-restart-held", number=1) != thread("secret-restart-held", number=2)


def test_a_question_says_how_it_is_answered() -> None:
    asked = told("waiting", run=RUN, severity="action", subject="plan", code=CODE, expires=0)
    steps = custom_notification(read(asked, "demo"), Notify())["content"]["nextSteps"]
    assert steps == [f"`norikae approve {RUN} {CODE}`", f"`norikae reject {RUN} {CODE}`"]


def test_the_topic_has_each_message_once() -> None:
    chats = Chats(slack=None, chatwork=None, amazon_q=True)
    record = told("contested", 1, run=RUN, severity="page", reason="somebody wrote")
    chats.q.fails = [ThrottledError("sns:Publish")]
    assert failures(chats.hears(record)) == ["sqs-1"]
    for copy in (record, record, {**record, "messageId": "sqs-copy"}):
        assert failures(chats.hears(copy)) == []
    (published,) = chats.q.published
    is_valid(published)


def test_a_chat_that_fails_does_not_make_the_topic_have_it_twice() -> None:
    chats = Chats(amazon_q=True)
    record = told("secret-late", 1, severity="action", secret="prod/db", clusters=[], reason="slow")
    chats.ports.slack.fails = [ThrottledError("slack")]
    assert failures(chats.hears(record)) == ["sqs-1"]
    assert failures(chats.hears(record)) == []
    assert len(chats.q.published) == len(chats.channel) == len(chats.room) == 1
