"""Messages that the world itself sends to queues and topics of moto, at the world's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import time_machine
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from datetime import datetime


def send(queue_arn: str, body: str, *, now: datetime, attributes: dict[str, str] | None = None) -> None:
    """Put a message into an SQS queue.

    Args:
        queue_arn: of the queue.
        body: the message.
        now: the world's time.
        attributes: message attributes, all strings.
    """
    _, _, _, region, account, name = queue_arn.split(":")
    named = {key: {"DataType": "String", "StringValue": value} for key, value in (attributes or {}).items()}
    with time_machine.travel(now, tick=False):
        sqs_backends[account][region].send_message(name, body, message_attributes=named)


def publish(topic_arn: str, message: str, *, now: datetime, subject: str | None = None) -> None:
    """Publish to an SNS topic.

    Args:
        topic_arn: of the topic.
        message: the text.
        now: the world's time.
        subject: for subscribers that show one.
    """
    _, _, _, region, account, _ = topic_arn.split(":")
    with time_machine.travel(now, tick=False):
        sns_backends[account][region].publish(message, arn=topic_arn, subject=subject)
