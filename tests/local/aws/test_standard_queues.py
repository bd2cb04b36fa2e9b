"""A standard queue starts a function: in several batches at once, at least once, in any order that a story allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.mischief import Mischief
from tests.local.aws.hearing import ACCOUNT, REGION, Hearing, arn_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAR = """
    import time
    def handler(event, context):
        records = event["Records"]
        print(",".join(one["body"] for one in records))
        time.sleep(20)
        wrong = [one["messageId"] for one in records if one["body"] == "wrong"]
        return {"batchItemFailures": [{"itemIdentifier": key} for key in wrong]}
    """


class Queue(Hearing):
    """A standard queue, its dead letters, and a function that takes twenty seconds for each batch."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, HEAR)
        self.dead = self.queue("dead")
        letters = json.dumps({"deadLetterTargetArn": arn_of("dead"), "maxReceiveCount": 2})
        self.url = self.queue("interruptions", VisibilityTimeout="60", RedrivePolicy=letters)

    def mapped(self, **more: Any) -> dict[str, Any]:
        return self.maps("interruptions", **more)

    def says(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    made = Queue(tmp_path)
    yield made
    made.close()


def test_what_waits_comes_in_batches_of_ten_the_oldest_first(queue: Queue) -> None:
    queue.says(*(str(number) for number in range(12)))
    queue.mapped()
    assert queue.heard(1) == ["0,1,2,3,4,5,6,7,8,9", "10,11"]
    queue.kernel.run(60)
    assert queue.left(queue.url) == []


def test_a_message_does_not_wait_for_the_batch_before(queue: Queue) -> None:
    queue.mapped()
    queue.says("one")
    queue.heard(1)
    queue.says("two")
    assert queue.heard(1) == ["one", "two"]


def test_five_batches_are_handled_at_once_and_more_while_messages_are_left(queue: Queue) -> None:
    queue.mapped(BatchSize=1)
    queue.says(*(str(number) for number in range(30)))
    assert len(queue.heard(0.9)) == 5
    assert len(queue.heard(1)) == 10
    assert len(queue.heard(10)) == 30


def test_a_mapping_may_say_how_many_are_handled_at_once(queue: Queue) -> None:
    queue.mapped(BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    queue.says(*(str(number) for number in range(5)))
    assert len(queue.heard(10)) == 2
    assert len(queue.heard(20)) == 4


def test_only_what_the_function_names_comes_again_and_then_is_dead(queue: Queue) -> None:
    queue.mapped()
    queue.says("good", "wrong")
    queue.heard(55)
    lines = queue.heard(10)
    assert sorted(",".join(lines).split(",")) == ["good", "wrong", "wrong"]
    assert len(queue.heard(100)) == len(lines)
    assert queue.left(queue.dead) == ["wrong"]
    assert queue.left(queue.url) == []


def test_a_record_of_a_standard_queue_has_no_group(queue: Queue, tmp_path: Path) -> None:
    (tmp_path / "own_code.py").write_text(
        "def handler(event, context):\n    print(sorted(event['Records'][0]['attributes']))"
    )
    queue.mapped()
    queue.says("one")
    assert queue.heard(1) == [
        "['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp']"
    ]


def test_a_story_may_let_a_queue_deliver_twice(queue: Queue) -> None:
    queue.functions.pollers.mischief = Mischief(duplicate=0.5, delay=30)
    queue.mapped()
    bodies = [str(number) for number in range(20)]
    queue.says(*bodies)
    heard = ",".join(queue.heard(600)).split(",")
    assert set(heard) == set(bodies), "nothing is lost"
    assert len(heard) > len(bodies)
    assert queue.left(queue.url) == []


def test_a_story_may_let_a_queue_mix_up_its_messages(queue: Queue) -> None:
    queue.functions.pollers.mischief = Mischief(reorder=True)
    bodies = [str(number) for number in range(20)]
    queue.says(*bodies)
    queue.mapped()
    heard = ",".join(queue.heard(100)).split(",")
    assert heard != bodies
    assert sorted(heard) == sorted(bodies)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0"),
        ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "(?i)1001|maximumConcurrency"),
        ({"MaximumBatchingWindowInSeconds": 5}, "NotImplemented"),
        ({"EventSourceArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"}, "NotImplemented"),
    ],
)
def test_what_lambda_or_the_world_does_not_take_is_refused(queue: Queue, more: dict[str, Any], text: str) -> None:
    with pytest.raises(ClientError, match=text):
        queue.mapped(**more)
