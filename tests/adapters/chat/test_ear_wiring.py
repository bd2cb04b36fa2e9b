"""From the request of a chat to the letter in the queue, over the extension and SQS on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel
from norikae.adapters.aws import heard
from norikae.errors import AwsRefusedError
from tests.unit.chat.signing import CHATWORK_TOKEN, SLACK_KEY, chatwork, said, slack, slash

from .beside import CHATWORK, SLACK, beside

Json = dict[str, Any]
DOORS = pytest.mark.parametrize("door", ["slack", "chatwork"])


@pytest.fixture
def sqs() -> Iterator[Any]:
    front = Front(Kernel(seed=3), [], Identities("123456789012"), "123456789012", "ap-northeast-1")
    front.start()
    yield front.client("sqs")
    front.stop()
    assert front.failures == []


@pytest.fixture
def queue(sqs: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The queue of a function that has the extension beside it."""
    url: str = sqs.create_queue(QueueName="chat.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    monkeypatch.setattr(heard, "client", lambda: sqs)
    with beside() as extension:
        extension.secrets[SLACK] = json.dumps({"token": "xoxb-1", "signing_key": SLACK_KEY})
        extension.secrets[CHATWORK] = json.dumps({"token": "t", "webhook_token": CHATWORK_TOKEN})
        for name, value in {**extension.variables, "NORIKAE_CHAT_QUEUE": url}.items():
            monkeypatch.setenv(name, value)
        yield url


def request(door: str, line: str = "status") -> Json:
    """What the chat sends now."""
    now = int(time.time())
    return slack(slash(line), now) if door == "slack" else chatwork(said(f"/norikae {line}", sent=now))


def invoke(door: str, event: Json) -> int:
    """The status with which the handler answers."""
    return int(import_module(f"handlers.chat.hear_{door}").handler(event, None)["statusCode"])


def letters(sqs: Any, url: str) -> list[Json]:
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


@DOORS
def test_twenty_copies_of_a_request_are_one_letter(door: str, queue: str, sqs: Any) -> None:
    event = request(door)
    assert [invoke(door, event) for _ in range(20)] == [200] * 20
    (letter,) = letters(sqs, queue)
    assert (letter["door"], letter["text"]) == (door, "status")


@DOORS
def test_a_forged_request_is_no_letter_and_one_line(
    door: str, queue: str, sqs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(door, {**request(door), "body": request(door, "abort")["body"]}) == 401
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["why"] == "another signature"
    assert letters(sqs, queue) == []


@DOORS
@pytest.mark.usefixtures("queue")
def test_a_function_without_its_queue_says_which_setting(
    door: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NORIKAE_CHAT_QUEUE")
    assert invoke(door, request(door)) == 503
    assert "NORIKAE_CHAT_QUEUE" in json.loads(capsys.readouterr().out)["text"]


@DOORS
@pytest.mark.usefixtures("queue")
def test_a_queue_that_refuses_is_503(
    door: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses() -> Any:
        raise AwsRefusedError("sqs:SendMessage", "AccessDenied", "no rights")

    monkeypatch.setattr(heard, "client", refuses)
    assert invoke(door, request(door)) == 503
    assert json.loads(capsys.readouterr().out)["error"] == "AwsRefusedError"
