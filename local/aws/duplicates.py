"""FIFO queues know a deduplication id for five minutes, also when its message was deleted; moto forgets it then.

Source: SQS guide, "Exactly-once processing in Amazon SQS" and "Using the message deduplication ID": what is sent again
within the interval is accepted and not delivered, "even after the message is received and deleted".
"""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue

INTERVAL = 300_000
"""Milliseconds."""
_moto_add = Queue.add_message


def remember_duplicates() -> None:
    """From now on every FIFO queue of moto does."""
    setattr(Queue, "add_message", _add)  # noqa: B010 - mypy forbids the plain assignment


def _add(queue: Any, message: Any) -> None:
    """A message joins a queue, unless it was sent not long ago; one that is moved from another queue always does."""
    sent, name = message.sent_timestamp, message.deduplication_id
    if queue.fifo_queue and name and not message.approximate_receive_count:
        known: dict[str, float] = vars(queue).setdefault("deduplication_ids", {})
        for old in [one for one, when in known.items() if sent - when >= INTERVAL]:
            del known[old]
        if name in known:
            return
        known[name] = sent
    _moto_add(queue, message)
