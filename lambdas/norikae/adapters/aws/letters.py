"""norikae's queue of secrets in SQS: letters go in by tens, dead ones go back by SQS's own task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.adapters.aws.calls import THROTTLED, call
from norikae.errors import AwsRefusedError, RefusedError, ThrottledError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from norikae.secret_sync.letter import Letter
    from norikae.settings import Settings

AT_ONCE, BYTES = 10, 256 * 1024
"""The most that a batch may hold: entries, and bytes of all bodies; 1 MiB where SQS has raised it (API reference,
SendMessageBatch)."""
ROUNDS = 3
"""How often what SQS did not take is sent."""
SENT = "sqs:SendMessageBatch"
RUNS_ALREADY = frozenset(
    {"AWS.SimpleQueueService.UnsupportedOperation", "InvalidParameterValue", "UnsupportedOperation"}
)
"""What SQS says when a task runs (LocalStack's ``sqs/provider.py``, whose tests were recorded against AWS, has
InvalidParameterValue), or of a queue that is nobody's dead letters."""


class SqsLetters:
    """``Letters`` over SQS.

    Args:
        client: makes boto3's SQS client, when there is something to send: most invocations have nothing.
        settings: the function's, which name the queue and its dead letters.
    """

    def __init__(self, client: Callable[[], Any], settings: Settings) -> None:
        self._client, self._settings = client, settings

    def send(self, letters: Sequence[Letter], *, after_seconds: int = 0) -> None:
        """Every letter is in the queue, at least once; what SQS does not take at first is sent again."""
        bodies = [msgspec.json.encode(letter).decode() for letter in letters]
        delay = {"DelaySeconds": after_seconds} if after_seconds else {}
        for batch in _batches(bodies):
            self._deliver([{"Id": str(place), "MessageBody": body, **delay} for place, body in enumerate(batch)])

    def redrive(self) -> str:
        """Start SQS's own task, which moves dead letters to where they came from, as many at once as SQS finds good.

        One task may run for a queue (API reference, StartMessageMoveTask).
        """
        try:
            answer = call(self._client().start_message_move_task, SourceArn=self._settings.need("secrets_dead_letters"))
        except AwsRefusedError as refusal:
            if refusal.code in RUNS_ALREADY:
                raise RefusedError(f"the dead letters cannot be moved now: {refusal.text}") from None
            raise
        return str(answer.get("TaskHandle", ""))

    def _deliver(self, entries: list[dict[str, Any]]) -> None:
        for _ in range(ROUNDS):
            answer = call(
                self._client().send_message_batch, QueueUrl=self._settings.need("secrets_queue"), Entries=entries
            )
            failed = {one["Id"]: one for one in answer.get("Failed") or []}
            entries = [entry for entry in entries if entry["Id"] in failed]
            ours = next((one for one in failed.values() if one.get("SenderFault")), None)
            if ours is not None:
                raise AwsRefusedError(SENT, str(ours.get("Code", "")), str(ours.get("Message", "")))
            if not entries:
                return
        codes = sorted({str(one.get("Code", "")) for one in failed.values()})
        error = ThrottledError if set(codes) <= THROTTLED else UnreachableError
        raise error(f"{SENT}: {len(entries)} letters were not taken: {', '.join(codes)}")


def _batches(bodies: Sequence[str]) -> Iterator[list[str]]:
    """Bodies in their order, as many at once as SQS takes."""
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if batch and (len(batch) == AT_ONCE or size + length > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch
