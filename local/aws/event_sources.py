"""SQS FIFO queues that start functions: the pollers of Lambda's event source mappings, in the world's time.

Sources: Lambda guide, "Using Lambda with Amazon SQS" (batches, visibility, partial batch responses); SQS guide, "FIFO
delivery logic" (while a message of a group is in flight, none of that group is delivered) and "Dead-letter queues".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import time_machine
from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.kernel import Kernel, Steps
    from local.runtime import Outcome

POLL_SECONDS = 0.05
"""Between a message's arrival and the function's start: pollers wait at the queue ("long polling")."""
MOST_OF_A_GROUP = 10
"""The largest batch of a FIFO queue."""


@dataclass(slots=True)
class EventSource:
    """One event source mapping.

    Args:
        uuid: Lambda's name for it.
        queue: ARN of the FIFO queue.
        function: ARN of the function.
        batch: most messages of one invocation.
        reports: whether the function may name the messages that failed.
    """

    uuid: str
    queue: str
    function: str
    batch: int = MOST_OF_A_GROUP
    reports: bool = False
    busy: set[str] = field(default_factory=set)


class Pollers:
    """Takes messages to functions: in order within a group, and one batch of a group at a time.

    Args:
        kernel: the world's clock.
        invoke: runs a function as a kernel process.
    """

    def __init__(self, kernel: Kernel, invoke: Callable[[str, Any], Steps]) -> None:
        self._kernel, self._invoke = kernel, invoke
        self.sources: dict[str, EventSource] = {}

    def add(self, source: EventSource) -> None:
        """Look at a queue whenever something arrives."""
        self.sources[source.uuid] = source
        queue = queue_of(source.queue)
        arrives = queue.add_message

        def add_message(message: Any) -> None:
            arrives(message)
            self._kernel.after(self._kernel.seconds() - self._kernel.env.now + POLL_SECONDS, lambda: self._look(source))

        vars(queue)["add_message"] = add_message  # whoever sends: a function, a rule, a dead letter's way back
        self._look(source)

    def _look(self, source: EventSource) -> None:
        for batch in self._batches(source):
            source.busy.add(batch[0].group_id)
            self._kernel.process(self._deliver(source, batch))

    def _batches(self, source: EventSource) -> Iterator[list[Any]]:
        """What may be delivered now: of each group that nobody works on the oldest messages."""
        queue, now = queue_of(source.queue), self._kernel.now() * 1000
        groups: dict[str, list[Any]] = {}
        present = list(queue._messages)  # noqa: SLF001 - its property leaves out what is hidden
        hidden = {message.group_id for message in present if _in_flight(message, now)}
        arrived = [message for message in present if message.sent_timestamp <= now]
        for message in sorted(arrived, key=lambda one: one.sent_timestamp):
            if message.group_id in source.busy | hidden or self._is_dead(queue, message):
                continue
            groups.setdefault(message.group_id, []).append(message)
        for messages in groups.values():
            batch = messages[: source.batch]
            with time_machine.travel(self._kernel.utcnow(), tick=False):
                for message in batch:
                    message.mark_received(queue.visibility_timeout)
                    queue.pending_messages.add(message)
            yield batch

    def _is_dead(self, queue: Any, message: Any) -> bool:
        """Whether a message was tried often enough; then it goes to the dead-letter queue."""
        if queue.dead_letter_queue is None:
            return False
        if message.approximate_receive_count < int(queue.redrive_policy["maxReceiveCount"]):
            return False
        queue._messages.remove(message)  # noqa: SLF001 - moto has no other way
        queue.pending_messages.discard(message)
        with time_machine.travel(self._kernel.utcnow(), tick=False):
            queue.dead_letter_queue.add_message(message)
        return True

    def _deliver(self, source: EventSource, batch: list[Any]) -> Steps:
        event = {"Records": [_record(source.queue, message) for message in batch]}
        outcome: Outcome = yield self._kernel.process(self._invoke(source.function, event))
        queue = queue_of(source.queue)
        failed = _failed(source, batch, outcome)
        for message in batch:
            if message.id not in failed:
                queue.delete_message(message.receipt_handle)
        source.busy.discard(batch[0].group_id)
        if failed:
            hidden = max(message.visible_at for message in batch) / 1000 - self._kernel.now()
            self._kernel.after(max(0.0, hidden) + POLL_SECONDS, lambda: self._look(source))
        self._look(source)


def queue_of(arn: str) -> Any:
    """Moto's queue behind an ARN."""
    _, _, _, region, account, name = arn.split(":")
    return sqs_backends[account][region].get_queue(name)


def _in_flight(message: Any, now: float) -> bool:
    return bool(message.approximate_receive_count > 0 and message.visible_at > now)


def _failed(source: EventSource, batch: list[Any], outcome: Outcome) -> set[str]:
    """The messages that come again: all, unless the function says which in an answer that Lambda can read."""
    every = {message.id for message in batch}
    if outcome.failed:
        return every
    if not source.reports or not outcome.payload:
        return set()
    named = outcome.payload.get("batchItemFailures") if isinstance(outcome.payload, dict) else [None]
    found = {one.get("itemIdentifier") if isinstance(one, dict) else None for one in named or []}
    return min(found, every)


def _record(queue: str, message: Any) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SequenceNumber": message.sequence_number,
            "MessageGroupId": message.group_id,
            "SenderId": message.sender_id,
            "MessageDeduplicationId": message.deduplication_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": {},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": queue.split(":")[3],
    }
