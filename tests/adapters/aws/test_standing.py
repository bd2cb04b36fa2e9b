"""Messages that stand in chats, with the table as DynamoDB keeps it and several functions at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from norikae.adapters.aws.seen import DynamoSeen
from norikae.adapters.aws.threads import DynamoThreads
from norikae.chat.ports import Posted
from tests.unit.fakes.chat import FakeSlack
from tests.unit.notify.test_nodes import says, storm
from tests.unit.notify.told import CODE, RUN, Chats, Json, buttons, failures, told

FUNCTIONS, MESSAGES = 4, 12


class OneAtATime(FakeSlack):
    """Slack answers one request after the other."""

    lock = threading.Lock()

    def post(self, channel: str, text: str, blocks: list[Json], *, thread: str = "", loud: bool = False) -> Posted:
        with self.lock:
            return super().post(channel, text, blocks, thread=thread, loud=loud)

    def update(self, posted: Posted, text: str, blocks: list[Json]) -> None:
        with self.lock:
            super().update(posted, text, blocks)


@pytest.fixture
def chats(dynamodb: Any) -> Chats:
    chats = Chats()
    chats.ports.slack = OneAtATime()
    chats.ports.threads = DynamoThreads(dynamodb, "runs", chats.ports.now)  # type: ignore[assignment]
    chats.ports.seen = DynamoSeen(dynamodb, "runs", chats.ports.now)  # type: ignore[assignment]
    return chats


def test_what_stands_there_is_found_again(chats: Chats) -> None:
    chats.plan(billing="payments")
    chats.asks()
    records = [
        told("waiting", 1, run=RUN, severity="action", subject="plan", code=CODE, expires=1_790_000_900.0),
        says("begun", 1, message=2),
        storm(dict.fromkeys(range(10, 210), "begun"), 3),
        told("secret-late", 4, severity="action", secret="prod/db", clusters=["demo-1-33"], reason="slow"),
    ]
    assert failures(chats.hears(*records)) == []
    assert len(chats.channel) == len(chats.room) == 5
    assert len(buttons(chats.channel[1])) == 2
    chats.is_answered()
    chats.phase("soak")
    ends = [
        told("phase", 5, run=RUN, phase="soak", attempt=1),
        says("drained", 1, message=6),
        storm(dict.fromkeys(range(10, 210), "drained"), 7),
        told("secret-current-again", 8, secret="prod/db", clusters=["demo-1-33"], reason=""),
    ]
    assert failures(chats.hears(*ends)) == []
    assert len(chats.channel) == len(chats.room) == 5
    assert buttons(chats.channel[1]) == []
    assert "  200 drained" in chats.room[3]
    assert chats.hears(*records, *ends)["copies"] == 8


def test_functions_that_run_at_the_same_time_leave_one_message_with_everything(chats: Chats) -> None:
    chats.sets(slack={"secret": "s", "team": "T01", "channel": "C01AB"})
    records = [
        told("application-held", number, run=RUN, severity="action", application=f"a{number}", weight=5, reason="")
        for number in range(MESSAGES)
    ]
    left = [*records, *({**one, "messageId": f"copy-{one['messageId']}"} for one in records)]
    with ThreadPoolExecutor(FUNCTIONS) as pool:
        for _ in range(FUNCTIONS * MESSAGES):
            answers = list(pool.map(chats.hears, left))
            left = [one for one, answer in zip(left, answers, strict=True) if failures(answer)]
            if not left:
                break
    assert not left
    roots = [one for one in chats.channel if not one["thread"]]
    assert len(roots) == 1
    assert len(chats.channel) == 1 + MESSAGES
