"""The bell of the zone's writer: one FIFO queue whose messages say only that there is something to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

WRITER_SECONDS = 30
"""The writer's timeout."""
VISIBLE_AFTER = 2 * WRITER_SECONDS
"""Seconds for which a writer that died blocks the zone; at least the function's timeout, as Lambda demands.

Lambda recommends six times ("Creating an SQS event source"), so that it can try a throttled function again meanwhile.
With one group there is one invocation at a time, and three minutes of blocked steps would be the price.
"""
ATTEMPTS = 5
"""How often a bell is tried before it is a dead letter (same page: at least five)."""
MOST_BELLS = 10
"""Messages of a FIFO queue that one invocation gets at most (same page)."""


class ZoneBell(Construct):
    """The queue and its dead-letter queue, which has to be of the same kind.

    Args:
        key: encrypts both.
    """

    def __init__(self, scope: Construct, identifier: str, *, key: kms.IKey) -> None:
        super().__init__(scope, identifier)
        self.dead_letters = self._queue("DeadLetters", key, kept_days=14)
        self.queue = self._queue("Queue", key, kept_days=1, dead_letters=self.dead_letters)

    def wakes(self, writer: lambda_.Function) -> None:
        """Let the bell start the writer: one invocation at a time for a zone, because the zone is the group."""
        mapping = lambda_.EventSourceMapping(
            self,
            "Writer",
            target=writer,
            event_source_arn=self.queue.queue_arn,
            batch_size=MOST_BELLS,
            report_batch_item_failures=True,
        )
        assert writer.role is not None  # noqa: S101 - narrows the type; every function has one
        mapping.node.add_dependency(writer.role)  # Lambda looks at the role's rights when it makes the mapping

    def _queue(
        self, identifier: str, key: kms.IKey, *, kept_days: int, dead_letters: sqs.Queue | None = None
    ) -> sqs.Queue:
        letters = sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=ATTEMPTS) if dead_letters else None
        return sqs.Queue(
            self,
            identifier,
            fifo=True,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(kept_days),
            visibility_timeout=cdk.Duration.seconds(VISIBLE_AFTER),
            dead_letter_queue=letters,
        )
