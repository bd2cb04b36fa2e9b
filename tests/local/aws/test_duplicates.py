"""A FIFO queue takes a deduplication id once in five minutes of the world."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local.aws.message_moves import SqsSimulator
from tests.local.aws.hearing import Hearing, arn_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAR = """
    def handler(event, context):
        for one in event["Records"]:
            print(one["body"])
        wrong = [one["messageId"] for one in event["Records"] if one["body"] == "wrong"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in wrong]}
    """


class Chats(Hearing):
    """A FIFO queue ``chats.fifo`` with dead letters that starts a function."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, HEAR)
        self.dead = self.queue("dead.fifo", FifoQueue="true")
        redrive = json.dumps({"deadLetterTargetArn": arn_of("dead.fifo"), "maxReceiveCount": 1})
        self.url = self.queue("chats.fifo", FifoQueue="true", VisibilityTimeout="30", RedrivePolicy=redrive)
        self.maps("chats.fifo")

    def says(self, body: str, name: str, group: str = "slack/C1") -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=name)


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[Chats]:
    made = Chats(tmp_path)
    yield made
    made.close()


def test_a_copy_is_not_heard_also_when_the_first_was_handled_and_deleted(chats: Chats) -> None:
    chats.says("start", "key-1")
    assert chats.heard(10) == ["start"]
    assert chats.left(chats.url) == []
    chats.says("start", "key-1")
    chats.says("start", "key-1", group="slack/C2")
    assert chats.heard(280) == ["start"]
    chats.says("status", "key-2")
    assert chats.heard(9) == ["start", "status"]


def test_after_five_minutes_it_is_a_message_of_its_own(chats: Chats) -> None:
    chats.says("start", "key-1")
    chats.heard(301)
    chats.says("start", "key-1")
    assert chats.heard(1) == ["start", "start"]


def test_a_hundred_copies_at_once_are_one(chats: Chats) -> None:
    for _ in range(100):
        chats.says("start", "key-1")
    assert chats.heard(60) == ["start"]


def test_a_dead_letter_that_is_moved_back_is_no_copy(chats: Chats) -> None:
    chats.says("wrong", "key-1")
    chats.heard(60)
    SqsSimulator(chats.kernel).start_message_move_task(SourceArn=arn_of("dead.fifo"))
    assert chats.heard(10) == ["wrong", "wrong"]
