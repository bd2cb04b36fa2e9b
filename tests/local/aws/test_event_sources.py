"""A FIFO queue starts a function: in order, one batch of a group at a time, again after the visibility timeout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.hearing import ACCOUNT, REGION, Hearing, arn_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAR = """
    import time
    def handler(event, context):
        bodies = [one["body"] for one in event["Records"]]
        print(",".join(bodies))
        time.sleep(5)
        if "die" in bodies:
            raise ValueError("no")
        if "nonsense" in bodies:
            return {"batchItemFailures": [{"itemIdentifier": None}]}
        wrong = next((place for place, body in enumerate(bodies) if body == "wrong"), len(bodies))
        return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"][wrong:]]}
    """


class Ringing(Hearing):
    """A FIFO queue, its dead letters, and a function that takes five seconds for each batch."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, HEAR)
        self.dead = self.fifo("dead.fifo")
        letters = json.dumps({"deadLetterTargetArn": arn_of("dead.fifo"), "maxReceiveCount": 2})
        self.url, self.arn = self.fifo("bell.fifo", RedrivePolicy=letters), arn_of("bell.fifo")

    def fifo(self, name: str, **more: str) -> str:
        return self.queue(name, **{"FifoQueue": "true", "VisibilityTimeout": "180", **more})

    def mapped(self, **more: Any) -> dict[str, Any]:
        return self.maps("bell.fifo", **more)

    def says(self, *bodies: str, group: str = "Z1") -> None:
        for body in bodies:
            self.sqs.send_message(
                QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=f"{group}{body}"
            )


@pytest.fixture
def ringing(tmp_path: Path) -> Iterator[Ringing]:
    made = Ringing(tmp_path)
    yield made
    made.close()


def test_what_comes_while_a_batch_is_handled_waits_and_comes_together(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("one")
    assert ringing.heard(1) == ["one"]
    ringing.says("two", "three")
    ringing.says("other", group="Z2")
    assert ringing.heard(1) == ["one", "other"], "another group does not wait"
    assert ringing.heard(30) == ["one", "other", "two,three"]
    assert ringing.left(ringing.url) == []


def test_a_batch_has_ten_messages_at_most(ringing: Ringing) -> None:
    ringing.says(*(str(number) for number in range(12)))
    ringing.mapped()
    assert ringing.heard(30) == ["0,1,2,3,4,5,6,7,8,9", "10,11"]


def test_a_batch_that_fails_comes_again_after_the_visibility_timeout_and_then_is_dead(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("die")
    ringing.heard(10)
    ringing.says("after")
    assert ringing.heard(160) == ["die"], "its group waits for it"
    assert ringing.heard(30) == ["die", "die,after"]
    assert ringing.heard(400) == ["die", "die,after", "after"]
    assert ringing.left(ringing.dead) == ["die"]


def test_only_what_the_function_names_comes_again(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("good", "wrong", "behind")
    ringing.heard(100)
    assert ringing.heard(100)[-1] == "wrong,behind" or ringing.runtime.logs["hear"][-1] == "wrong"


def test_an_answer_that_names_no_message_means_all_of_them(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("nonsense")
    ringing.heard(100)
    assert ringing.heard(150) == ["nonsense", "nonsense"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"BatchSize": 11}, "batch size"),
        ({"EventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:nowhere.fifo"}, "NonExistentQueue"),
    ],
)
def test_what_lambda_does_not_take_is_refused(ringing: Ringing, more: dict[str, Any], text: str) -> None:
    with pytest.raises(ClientError, match=text):
        ringing.mapped(**more)


def test_a_queue_that_shows_messages_before_the_function_ends_is_refused(ringing: Ringing) -> None:
    ringing.sqs.set_queue_attributes(QueueUrl=ringing.url, Attributes={"VisibilityTimeout": "29"})
    with pytest.raises(ClientError, match="29 seconds is less than Function timeout: 30 seconds"):
        ringing.mapped()


def test_a_role_that_may_not_receive_is_refused(ringing: Ringing) -> None:
    ringing.permitted = False
    with pytest.raises(ClientError, match="does not have permissions to call ReceiveMessage"):
        ringing.mapped()


def test_a_mapping_is_made_once(ringing: Ringing) -> None:
    assert ringing.mapped()["BatchSize"] == 10
    with pytest.raises(ClientError, match="already exists"):
        ringing.mapped()
