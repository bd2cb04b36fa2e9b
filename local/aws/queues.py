"""moto's queues and messages, as somebody sees them who takes messages at the world's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import time_machine
from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from datetime import datetime


def queue_of(arn: str) -> Any:
    """Moto's queue behind an ARN.

    Raises:
        QueueDoesNotExist: of moto.
    """
    _, _, _, region, account, name = arn.split(":")
    return sqs_backends[account][region].get_queue(name)


def in_flight(message: Any, now: float) -> bool:
    """Whether somebody has taken a message and may still delete it; ``now`` in milliseconds since the epoch."""
    return bool(message.approximate_receive_count > 0 and message.visible_at > now)


def take(queue: Any, batch: list[Any], now: datetime) -> list[Any]:
    """Messages are received, and hidden for the queue's visibility timeout."""
    with time_machine.travel(now, tick=False):
        for message in batch:
            message.mark_received(queue.visibility_timeout)
            queue.pending_messages.add(message)
    return batch


def is_dead(queue: Any, message: Any) -> bool:
    """Whether a message was received as often as the redrive policy allows."""
    if queue.dead_letter_queue is None:
        return False
    return bool(message.approximate_receive_count >= int(queue.redrive_policy["maxReceiveCount"]))


def bury(queue: Any, message: Any, now: datetime) -> None:
    """A message goes to the dead-letter queue."""
    queue._messages.remove(message)  # noqa: SLF001 - moto has no other way
    queue.pending_messages.discard(message)
    with time_machine.travel(now, tick=False):
        queue.dead_letter_queue.add_message(message)


def record(queue: str, message: Any) -> dict[str, Any]:
    """A message as a function gets it (Lambda guide, "Using Lambda with Amazon SQS": example events)."""
    order = {
        "SequenceNumber": message.sequence_number,
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
    }
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
            **(order if queue.endswith(".fifo") else {}),
        },
        "messageAttributes": {key: _attribute(one) for key, one in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": queue.split(":")[3],
    }


def _attribute(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": one.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": one["DataType"],
    }
