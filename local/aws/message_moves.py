"""SQS's tasks that move dead letters back, which moto does not know; everything else of SQS is moto's.

Source: SQS API reference, StartMessageMoveTask (one task at a time for a queue; only dead letters of another queue).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import time_machine
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from local.aws.queues import queue_of
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from local.kernel import Kernel


class SqsSimulator(Simulator):
    """SQS around moto's.

    Args:
        kernel: the world's clock.
    """

    service: ClassVar[str] = "sqs"
    falls_through: ClassVar[bool] = True

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def start_message_move_task(self, *, SourceArn: str, DestinationArn: str = "") -> dict[str, Any]:  # noqa: N803 - AWS's names
        """Move what is visible among dead letters, all at once: as many a second as SQS likes."""
        try:
            dead = queue_of(SourceArn)
        except QueueDoesNotExist as error:
            text = "The resource that you specified for the SourceArn parameter doesn't exist."
            raise AwsError("ResourceNotFoundException", text, 404) from error
        sources = _sources(SourceArn)
        if not sources:
            raise AwsError("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
        target = queue_of(DestinationArn) if DestinationArn else sources[0]
        now = self._kernel.utcnow()
        for message in [one for one in dead._messages if one.visible_at <= now.timestamp() * 1000]:  # noqa: SLF001
            dead._messages.remove(message)  # noqa: SLF001 - moto has no other way
            with time_machine.travel(now, tick=False):
                target.add_message(message)
            message.approximate_receive_count = 0  # only now: that it was received tells that it is no duplicate
        return {"TaskHandle": self._kernel.uuid("sqs/moves")}


def _sources(arn: str) -> list[Any]:
    _, _, _, region, account, _ = arn.split(":")
    queues = sqs_backends[account][region].queues.values()
    return [one for one in queues if one.dead_letter_queue is not None and one.dead_letter_queue.queue_arn == arn]
