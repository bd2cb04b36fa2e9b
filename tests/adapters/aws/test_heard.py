"""What is said in a chat comes into a FIFO queue: in order within a place, and a copy is not taken."""

from __future__ import annotations

import re
import time
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import BotoCoreError

from norikae.adapters.aws import heard
from norikae.adapters.aws.heard import SqsHeard, group
from norikae.chat.letter import ChatLetter
from norikae.errors import AwsRefusedError, UnreachableError

LETTER: dict[str, Any] = {
    "door": "slack",
    "kind": "command",
    "id": "T01/U01",
    "place": "C01OPS",
    "name": "美緒",
    "text": "hold billing because 負荷試験\u0000",
    "key": "1.2.abc",
    "at": 1795834800.0,
    "answer_to": "https://hooks.slack.com/commands/x",
    "message": "",
}


@pytest.fixture
def queue(cloud: Any) -> tuple[Any, str]:
    sqs = cloud.client("sqs")
    return sqs, sqs.create_queue(QueueName="chat.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get(
        "Messages", []
    )
    return found


def test_a_letter_arrives_as_it_was_said(queue: tuple[Any, str]) -> None:
    SqsHeard(*queue).put(LETTER)
    (message,) = received(*queue)
    assert msgspec.json.decode(message["Body"], type=ChatLetter) == msgspec.convert(LETTER, ChatLetter)
    assert message["Attributes"]["MessageGroupId"] == "slack/C01OPS"
    assert re.fullmatch("[0-9a-f]{64}", message["Attributes"]["MessageDeduplicationId"])


def test_a_copy_is_not_taken_and_another_chats_key_is_another(queue: tuple[Any, str]) -> None:
    for letter in (
        LETTER,
        {**LETTER, "at": 1795834803.0},
        {**LETTER, "door": "chatwork"},
        {**LETTER, "key": "1.2.abd"},
    ):
        SqsHeard(*queue).put(letter)
    assert len(received(*queue)) == 3


@pytest.mark.parametrize("place", ["", "C01OPS", "36818150", "a room", "部屋", "r" * 200, "\ud800\n"])
def test_every_place_is_a_group_that_sqs_takes(place: str) -> None:
    assert re.fullmatch(r"[!-~]{1,128}", group("slack", place))


def test_sqs_out_of_reach_is_known_while_the_chat_still_waits() -> None:
    sqs = boto3.client(
        "sqs",
        config=heard.HURRY,
        endpoint_url="http://127.0.0.1:1",
        region_name="ap-northeast-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
    )
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match="sqs:SendMessage"):
        SqsHeard(sqs, "http://127.0.0.1:1/123456789012/chat.fifo").put(LETTER)
    assert time.monotonic() - begun < 3


def test_a_function_without_a_region_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        def client(self, _service: str, **_differs: Any) -> Any:
            raise BotoCoreError

    monkeypatch.setattr(heard, "session", Nowhere)
    with pytest.raises(AwsRefusedError):
        heard.client()


def test_a_chat_still_waits_when_sqs_does_not_answer() -> None:
    attempts = heard.HURRY.retries["total_max_attempts"]
    assert attempts * (heard.HURRY.connect_timeout + heard.HURRY.read_timeout) < 3
