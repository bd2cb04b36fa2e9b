"""Dead letters go back to their queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.message_moves import SqsSimulator
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ARN = "arn:aws:sqs:ap-northeast-1:123456789012:"


@pytest.fixture
def sqs() -> Iterator[Any]:
    kernel = Kernel()
    identities = Identities("123456789012")
    front = Front(kernel, [SqsSimulator(kernel)], identities, "123456789012", "ap-northeast-1")
    front.start()
    yield front.client("sqs")
    front.stop()


def test_they_go_back_to_where_they_came_from_and_can_be_received_at_once(sqs: Any) -> None:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 1})
    queue = sqs.create_queue(QueueName="queue", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody="late")
    assert sqs.start_message_move_task(SourceArn=f"{ARN}dead", DestinationArn=f"{ARN}queue")["TaskHandle"]
    assert [one["Body"] for one in sqs.receive_message(QueueUrl=queue)["Messages"]] == ["late"]
    assert "Messages" not in sqs.receive_message(QueueUrl=dead)


def test_a_queue_that_takes_no_dead_letters_is_refused(sqs: Any) -> None:
    sqs.create_queue(QueueName="queue")
    with pytest.raises(ClientError, match="must be configured as a Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=f"{ARN}queue")
