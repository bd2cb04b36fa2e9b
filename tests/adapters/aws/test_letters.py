"""Letters are in the queue whatever SQS does not take at first, and dead ones go back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from botocore.exceptions import ClientError

from norikae.adapters.aws.letters import BYTES, SqsLetters
from norikae.errors import AwsRefusedError, RefusedError, ThrottledError, UnreachableError
from norikae.secret_sync.letter import Check, Letter, Restart, Sweep
from norikae.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .conftest import Cloud

DEAD = "arn:aws:sqs:ap-northeast-1:123456789012:dead"


@pytest.fixture
def sqs(cloud: Cloud) -> Any:
    return cloud.client("sqs")


@pytest.fixture
def queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="secrets")["QueueUrl"])


def letters_of(client: Any, queue: str = "queue") -> SqsLetters:
    return SqsLetters(lambda: client, Settings(secrets_queue=queue, secrets_dead_letters=DEAD))


def received(sqs: Any, queue: str) -> list[Letter]:
    found: list[Letter] = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [msgspec.json.decode(one["Body"], type=Letter) for one in messages]
    return found


def test_letters_come_as_they_were_sent_by_tens(cloud: Cloud, sqs: Any, queue: str) -> None:
    letters: list[Letter] = [Check(f"shop/{number}", "sweep") for number in range(23)]
    letters += [Sweep("new", only_new=True), Restart("demo-1-33", "shop", ("db", "class:db"), after=("demo-1-35-a",))]
    letters_of(sqs, queue).send(letters)
    assert sorted(received(sqs, queue), key=repr) == sorted(letters, key=repr)
    assert [len(call["Entries"]) for call in cloud.called("SendMessageBatch")] == [10, 10, 5]


def test_nothing_is_sent_for_nothing(cloud: Cloud, sqs: Any, queue: str) -> None:
    letters_of(sqs, queue).send([])
    assert cloud.called("SendMessageBatch") == []


def test_a_letter_can_wait(cloud: Cloud, sqs: Any, queue: str) -> None:
    letters_of(sqs, queue).send([Sweep("operator")], after_seconds=120)
    assert [call["Entries"][0]["DelaySeconds"] for call in cloud.called("SendMessageBatch")] == [120]
    assert received(sqs, queue) == []


META = SimpleNamespace(
    service_model=SimpleNamespace(signing_name="sqs"),
    method_to_api_mapping={"send_message_batch": "SendMessageBatch", "start_message_move_task": "StartMessageMoveTask"},
)
"""As much of a client as the texts of errors ask for."""


class Moody:
    """A queue that refuses some letters, or a move."""

    meta = META

    def __init__(self, *refusals: dict[str, str], moves: str = "") -> None:
        self.refusals, self.moves = list(refusals), moves
        self.batches: list[list[str]] = []

    def send_message_batch(self, **params: Any) -> dict[str, Any]:
        entries = params["Entries"]
        self.batches.append([one["Id"] for one in entries])
        refused = self.refusals.pop(0) if self.refusals else {}
        failed = [
            {"Id": name, "Code": code, "SenderFault": code == "InvalidMessageContents", "Message": "no"}
            for name, code in refused.items()
        ]
        return {"Successful": [one for one in entries if one["Id"] not in refused], "Failed": failed}

    def start_message_move_task(self, **params: Any) -> dict[str, Any]:
        assert params == {"SourceArn": DEAD}
        if self.moves:
            raise ClientError({"Error": {"Code": self.moves, "Message": "There is already a task running."}}, "Start")
        return {"TaskHandle": "handle"}


def checks(count: int) -> Sequence[Letter]:
    return [Check(f"shop/{number}", "rotation") for number in range(count)]


def test_what_the_queue_did_not_take_is_sent_again() -> None:
    queue = Moody({"1": "InternalError", "3": "InternalError"}, {"3": "InternalError"})
    letters_of(queue).send(checks(4))
    assert queue.batches == [["0", "1", "2", "3"], ["1", "3"], ["3"]]


@pytest.mark.parametrize(("code", "error"), [("InternalError", UnreachableError), ("RequestThrottled", ThrottledError)])
def test_what_the_queue_never_takes_is_told(code: str, error: type[Exception]) -> None:
    queue = Moody(*[{"1": code}] * 3)
    with pytest.raises(error, match=rf"^sqs:SendMessageBatch: 1 letters were not taken: {code}$"):
        letters_of(queue).send(checks(3))


def test_a_letter_that_is_wrong_is_not_sent_again() -> None:
    queue = Moody({"0": "InvalidMessageContents"})
    with pytest.raises(AwsRefusedError, match="InvalidMessageContents"):
        letters_of(queue).send(checks(2))
    assert len(queue.batches) == 1


def test_long_letters_go_in_batches_that_sqs_takes() -> None:
    queue = Moody()
    names = tuple(f"{number:0250}" for number in range(600))
    letters_of(queue).send([Restart("demo-1-33", "shop", names)] * 5)
    assert BYTES < 600 * 253 * 2, "two do not fit"
    assert queue.batches == [["0"]] * 5


def test_dead_letters_go_back_by_one_task() -> None:
    assert letters_of(Moody()).redrive() == "handle"
    with pytest.raises(
        RefusedError, match=r"^the dead letters cannot be moved now: There is already a task running\.$"
    ):
        letters_of(Moody(moves="InvalidParameterValue")).redrive()
    with pytest.raises(AwsRefusedError, match="ResourceNotFoundException"):
        letters_of(Moody(moves="ResourceNotFoundException")).redrive()
