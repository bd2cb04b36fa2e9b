"""A node that a person names, in the queue of interruptions."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.adapters.aws.calls import call


class SqsNotes:
    """``Notes`` over SQS.

    Args:
        client: boto3's SQS client.
        url: of the queue of interruptions.
    """

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def drain(self, letter: dict[str, Any]) -> None:
        """Put a letter there, at least once; it has the form of an event, as everything in that queue."""
        call(self._client.send_message, QueueUrl=self._url, MessageBody=msgspec.json.encode(letter).decode())
