"""The bell of a zone's writer: an SQS FIFO queue whose group is the zone, so that one writer runs at a time."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import call

if TYPE_CHECKING:
    from collections.abc import Callable


class SqsBell:
    """``Bell`` over SQS.

    Args:
        client: makes boto3's SQS client, when it rings: most invocations do not.
        queue: the queue's URL.
        zone: the hosted zone's id, which is all that a message says.
    """

    def __init__(self, client: Callable[[], Any], queue: str, zone: str) -> None:
        self._client, self._queue, self._zone = client, queue, zone

    def ring(self, reason: str) -> None:
        """Send one message; SQS takes one for the same reason within five minutes (SQS guide, "Exactly-once")."""
        call(
            self._client().send_message,
            QueueUrl=self._queue,
            MessageBody=self._zone,
            MessageGroupId=self._zone,
            MessageDeduplicationId=sha256(reason.encode()).hexdigest(),
        )
