"""The queue of what people say in chats: SQS FIFO, whose group is the place, so that lines are answered in order."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError

from norikae.adapters.aws.calls import call, translate
from norikae.adapters.aws.session import session

HURRY = Config(connect_timeout=0.5, read_timeout=0.8, retries={"mode": "standard", "total_max_attempts": 2})
"""Timeouts in seconds and attempts: the chat waits three seconds, and what is sent twice is taken once."""
GROUP_LENGTH = 128
"""SendMessage, MessageGroupId: at most so many characters, each of ASCII and no blank."""


def client() -> Any:
    """An SQS client that gives up while the chat still waits.

    Raises:
        AwsRefusedError: the function has no region or no credentials.
    """
    try:
        return session().client("sqs", config=HURRY)
    except BotoCoreError as error:
        raise translate("sqs:SendMessage", error, {}) from error


class SqsHeard:
    """Where an ear puts letters, over SQS.

    Args:
        client: boto3's SQS client.
        url: of the queue.
    """

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, letter: dict[str, Any]) -> None:
        """Send it; SQS takes one with the same key within five minutes (SQS guide, "Exactly-once processing").

        Args:
            letter: the fields of ``ChatLetter``.

        Raises:
            NorikaeError: SQS did not take it, as ``call`` says.
        """
        key = f"{letter['door']}/{letter['key']}"
        call(
            self._client.send_message,
            QueueUrl=self._url,
            MessageBody=json.dumps(letter),
            MessageGroupId=group(letter["door"], letter["place"]),
            MessageDeduplicationId=sha256(key.encode()).hexdigest(),
        )


def group(door: str, place: str) -> str:
    """The group of a place: what SQS takes no letter of is an underscore; two places of one group merely wait."""
    return re.sub(r"[^!-~]", "_", f"{door}/{place}")[:GROUP_LENGTH]
