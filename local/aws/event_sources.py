"""SQS queues that start functions: the pollers of Lambda's event source mappings, in the world's time.

Sources: Lambda guide, "Using Lambda with Amazon SQS" (batches, visibility, partial batch responses) and "Configuring
scaling behavior for SQS event source mappings"; SQS guide, "FIFO delivery logic" (while a message of a group is in
flight, none of that group is delivered) and "Dead-letter queues".
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.mischief import Mischief
from local.aws.queues import bury, in_flight, is_dead, queue_of, record, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.kernel import Kernel, Steps
    from local.runtime import Outcome

POLL_SECONDS = 0.05
"""Between a message's arrival and the function's start: pollers wait at the queue ("long polling")."""
LARGEST_BATCH = 10
"""The largest batch without a batching window."""
FIRST_BATCHES, MORE_PER_SECOND, MOST_BATCHES = 5, 5, 1250
"""At once from a standard queue: five, and while messages are left up to 300 more each minute."""


@dataclass(slots=True)
class EventSource:
    """One event source mapping.

    Args:
        uuid: Lambda's name for it.
        queue: ARN of the queue.
        function: ARN of the function.
        batch: most messages of one invocation.
        reports: whether the function may name the messages that failed.
        most: batches of a standard queue that are handled at once (``MaximumConcurrency``).
        busy: what is being handled: the groups of a FIFO queue, a receipt of each batch of a standard one.
        behind: since when a standard queue has more than is taken, in seconds of the world.
    """

    uuid: str
    queue: str
    function: str
    batch: int = LARGEST_BATCH
    reports: bool = False
    most: int = MOST_BATCHES
    busy: set[str] = field(default_factory=set)
    behind: float | None = None

    @property
    def fifo(self) -> bool:
        """Whether order counts."""
        return self.queue.endswith(".fifo")


class Pollers:
    """Takes messages to functions.

    From a FIFO queue in order within a group, and one batch of a group at a time; from a standard queue at least once,
    in several batches at a time.

    Args:
        kernel: the world's clock.
        invoke: runs a function as a kernel process.
    """

    def __init__(self, kernel: Kernel, invoke: Callable[[str, Any], Steps]) -> None:
        self._kernel, self._invoke = kernel, invoke
        self.sources: dict[str, EventSource] = {}
        self.mischief = Mischief()
        """What standard queues do besides what they should."""

    def add(self, source: EventSource) -> None:
        """Look at a queue whenever something arrives."""
        self.sources[source.uuid] = source
        queue = queue_of(source.queue)
        arrives = queue.add_message

        def add_message(message: Any) -> None:
            late = 0.0 if source.fifo else self._late()
            if late:
                message.delayed_until = max(message.delayed_until, (self._kernel.now() + late) * 1000)
            arrives(message)
            wait = 0.0 if source.fifo else message.delayed_until / 1000 - self._kernel.now()
            self._soon(source, max(0.0, wait))

        vars(queue)["add_message"] = add_message  # whoever sends: a function, a rule, a dead letter's way back
        self._look(source)

    def _late(self) -> float:
        return self.mischief.late(self._kernel.stream("sqs/mischief"))

    def _soon(self, source: EventSource, seconds: float = 0.0) -> None:
        spent = self._kernel.seconds() - self._kernel.env.now
        self._kernel.after(spent + seconds + POLL_SECONDS, lambda: self._look(source))

    def _look(self, source: EventSource) -> None:
        batches = self._of_groups(source) if source.fifo else self._of_any_order(source)
        for batch in batches:
            mark = batch[0].group_id if source.fifo else batch[0].receipt_handle
            source.busy.add(mark)
            self._kernel.process(self._deliver(source, batch, mark))

    def _of_groups(self, source: EventSource) -> Iterator[list[Any]]:
        """What may be delivered now of a FIFO queue: of each group that nobody works on the oldest messages."""
        queue, now = queue_of(source.queue), self._kernel.now() * 1000
        groups: dict[str, list[Any]] = {}
        present = list(queue._messages)  # noqa: SLF001 - its property leaves out what is hidden
        hidden = {message.group_id for message in present if in_flight(message, now)}
        arrived = [message for message in present if message.sent_timestamp <= now]
        for message in sorted(arrived, key=lambda one: one.sent_timestamp):
            if message.group_id in source.busy | hidden or self._buried(queue, message):
                continue
            groups.setdefault(message.group_id, []).append(message)
        for messages in groups.values():
            yield take(queue, messages[: source.batch], self._kernel.utcnow())

    def _of_any_order(self, source: EventSource) -> Iterator[list[Any]]:
        """What may be delivered now of a standard queue: batches of the oldest, as many as are handled at once."""
        queue, now = queue_of(source.queue), self._kernel.now() * 1000
        present = list(queue._messages)  # noqa: SLF001 - as above
        seen = [one for one in present if one.visible_at <= now and one.delayed_until <= now]
        arrived = [one for one in seen if not self._buried(queue, one)]
        if self.mischief.reorder:
            self._kernel.stream("sqs/mischief").shuffle(arrived)
        while arrived and len(source.busy) < self._room(source):
            batch, arrived = arrived[: source.batch], arrived[source.batch :]
            yield take(queue, batch, self._kernel.utcnow())
            for message in batch:
                self._perhaps_again(queue, message)
        self._note_backlog(source, left=bool(arrived))

    def _room(self, source: EventSource) -> int:
        behind = 0.0 if source.behind is None else self._kernel.seconds() - source.behind
        return min(source.most, FIRST_BATCHES + MORE_PER_SECOND * int(behind))

    def _note_backlog(self, source: EventSource, *, left: bool) -> None:
        """More pollers come while messages are left, second by second."""
        if not left:
            source.behind = None
        elif source.behind is None:
            source.behind = self._kernel.seconds()
            self._kernel.process(self._catch_up(source))

    def _catch_up(self, source: EventSource) -> Steps:
        while source.behind is not None:
            yield self._kernel.env.timeout(1)
            self._look(source)

    def _perhaps_again(self, queue: Any, message: Any) -> None:
        """A copy that a server of the queue has kept comes, too, whatever becomes of the one that was taken."""
        if not self.mischief.doubles(self._kernel.stream("sqs/mischief")):
            return
        twin = copy(message)
        twin._old_receipt_handles = []  # noqa: SLF001 - else deleting the one would delete the other
        twin.visible_at = twin.delayed_until = 0.0
        queue.add_message(twin)

    def _buried(self, queue: Any, message: Any) -> bool:
        if not is_dead(queue, message):
            return False
        bury(queue, message, self._kernel.utcnow())
        return True

    def _deliver(self, source: EventSource, batch: list[Any], mark: str) -> Steps:
        handles = {message.id: message.receipt_handle for message in batch}
        event = {"Records": [record(source.queue, message) for message in batch]}
        outcome: Outcome = yield self._kernel.process(self._invoke(source.function, event))
        queue = queue_of(source.queue)
        failed = _failed(source, batch, outcome)
        for message in batch:
            if message.id not in failed:
                queue.delete_message(handles[message.id])
        source.busy.discard(mark)
        if failed:
            hidden = max(message.visible_at for message in batch) / 1000 - self._kernel.now()
            self._kernel.after(max(0.0, hidden) + POLL_SECONDS, lambda: self._look(source))
        self._look(source)


def _failed(source: EventSource, batch: list[Any], outcome: Outcome) -> set[str]:
    """The messages that come again: all, unless the function says which in an answer that Lambda can read."""
    every = {message.id for message in batch}
    if outcome.failed:
        return every
    if not source.reports or not outcome.payload:
        return set()
    named = outcome.payload.get("batchItemFailures") if isinstance(outcome.payload, dict) else [None]
    found = {one.get("itemIdentifier") if isinstance(one, dict) else None for one in named or []}
    return {str(one) for one in found} if found <= every else every
