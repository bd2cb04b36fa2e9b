"""Every queue of the stack, and how one starts a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct


def encrypted_queue(
    scope: Construct,
    identifier: str,
    *,
    key: kms.IKey,
    kept: cdk.Duration,
    visible_after: int | None = None,
    dead_letters: sqs.Queue | None = None,
    attempts: int = 0,
    fifo: bool | None = None,
) -> sqs.Queue:
    """A queue that is encrypted at rest and reached by TLS only.

    Args:
        scope: whose part it is.
        identifier: its name there.
        key: encrypts it.
        kept: how long a message waits at most.
        visible_after: seconds until a message that failed comes again; SQS's own 30 when left out.
        dead_letters: takes messages that were tried often enough; it has to be of the same kind.
        attempts: how often that is.
        fifo: whether it keeps the order.
    """
    letters = sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=attempts) if dead_letters else None
    return sqs.Queue(
        scope,
        identifier,
        fifo=fifo,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=kept,
        visibility_timeout=None if visible_after is None else cdk.Duration.seconds(visible_after),
        dead_letter_queue=letters,
    )


def queue_with_dead_letters(
    scope: Construct, *, key: kms.IKey, kept: cdk.Duration, visible_after: int, attempts: int, fifo: bool | None = None
) -> tuple[sqs.Queue, sqs.Queue]:
    """A queue that starts a function, and the one of the same kind that takes what failed too often.

    Args:
        scope: whose parts ``Queue`` and ``DeadLetters`` are.
        key: encrypts both.
        kept: how long a message can be of use.
        visible_after: seconds until a message that failed comes again.
        attempts: how often it is tried before it is a dead letter.
        fifo: whether both keep the order.

    Returns:
        The queue and its dead letters.
    """
    dead_letters = encrypted_queue(
        scope, "DeadLetters", key=key, kept=cdk.Duration.days(14), visible_after=visible_after, fifo=fifo
    )
    queue = encrypted_queue(
        scope,
        "Queue",
        key=key,
        kept=kept,
        visible_after=visible_after,
        dead_letters=dead_letters,
        attempts=attempts,
        fifo=fifo,
    )
    return queue, dead_letters


def start_by(
    queue: sqs.Queue,
    function: lambda_.Function,
    scope: Construct,
    identifier: str,
    *,
    batch: int,
    window: int | None,
    together: int | None = None,
) -> None:
    """Let a queue start a function, which names the messages of a batch that failed.

    Args:
        queue: the queue.
        function: what it starts.
        scope: whose part the mapping is.
        identifier: its name there.
        batch: most messages of one invocation.
        window: seconds for which a batch is gathered; a FIFO queue takes none.
        together: how many invocations there are at a time, 2 to 1000; as many as Lambda likes when left out.
    """
    mapping = lambda_.EventSourceMapping(
        scope,
        identifier,
        target=function,
        event_source_arn=queue.queue_arn,
        batch_size=batch,
        max_batching_window=None if window is None else cdk.Duration.seconds(window),
        report_batch_item_failures=True,
        max_concurrency=together,
    )
    assert function.role is not None  # noqa: S101 - narrows the type; every function has one
    mapping.node.add_dependency(function.role)  # Lambda looks at the role's rights when it makes the mapping
