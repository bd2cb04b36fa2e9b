"""The bell of the zone's writer: one FIFO queue whose messages say only that there is something to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from stacks.queues import queue_with_dead_letters, start_by

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_

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
        self.queue, self.dead_letters = queue_with_dead_letters(
            self, key=key, kept=cdk.Duration.days(1), visible_after=VISIBLE_AFTER, attempts=ATTEMPTS, fifo=True
        )

    def wakes(self, writer: lambda_.Function) -> None:
        """Let the bell start the writer: one invocation at a time for a zone, because the zone is the group."""
        start_by(self.queue, writer, self, "Writer", batch=MOST_BELLS, window=None)
