"""What SQS tells CloudWatch of each queue, each minute.

Source: SQS guide, "Available CloudWatch metrics for Amazon SQS": one-minute metrics of active queues; a queue is active
for up to six hours after it held a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sqs.models import sqs_backends

from local.aws.queues import in_flight

if TYPE_CHECKING:
    from local.aws.cloudwatch import CloudWatchSimulator
    from local.kernel import Kernel

NAMESPACE = "AWS/SQS"
MINUTE = 60.0
ACTIVE_SECONDS = 6 * 3600.0


class QueueMetrics:
    """Publishes how many messages wait in each queue, and since when, at the end of each minute.

    Args:
        kernel: the world's clock.
        cloudwatch: where the figures go.
        account: of the queues.
        region: of the queues.
    """

    def __init__(self, kernel: Kernel, cloudwatch: CloudWatchSimulator, *, account: str, region: str) -> None:
        self._kernel, self._cloudwatch, self._place = kernel, cloudwatch, (account, region)
        self._active_until: dict[str, float] = {}
        kernel.every(MINUTE, self._publish, first=MINUTE - kernel.now() % MINUTE)

    def _publish(self) -> None:
        (account, region), now = self._place, self._kernel.now()
        for name, queue in sqs_backends[account][region].queues.items():
            present = list(queue._messages)  # noqa: SLF001 - its property leaves out what is hidden
            if present:
                self._active_until[name] = now + ACTIVE_SECONDS
            if now < self._active_until.get(name, 0.0):
                millis = now * 1000
                waiting = [one for one in present if not in_flight(one, millis) and one.delayed_until <= millis]
                oldest = min((float(one.sent_timestamp or millis) for one in present), default=millis)
                self._put("ApproximateNumberOfMessagesVisible", name, float(len(waiting)))
                self._put("ApproximateAgeOfOldestMessage", name, max(0.0, now - oldest / 1000))

    def _put(self, metric: str, queue: str, value: float) -> None:
        minute = round(self._kernel.now() / MINUTE) * MINUTE - MINUTE
        self._cloudwatch.put(NAMESPACE, metric, {"QueueName": queue}, minute, value)
