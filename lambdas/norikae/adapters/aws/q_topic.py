"""The topic that Amazon Q Developer in chat reads, in SNS."""

from __future__ import annotations

import json
from typing import Any

from norikae.adapters.aws.calls import call
from norikae.adapters.aws.topic import SUBJECT_LIMIT


class AmazonQTopic:
    """``Topic`` whose messages are published as they are: Amazon Q drops what has one key more than its schema.

    Args:
        client: boto3's SNS client.
        topic: ARN of the topic.
    """

    def __init__(self, client: Any, topic: str) -> None:
        self._client, self._topic = client, topic

    def tell(self, subject: str, message: dict[str, Any]) -> None:
        """Publish one message in the custom schema; its subject is for other subscribers, Amazon Q shows none."""
        printable = "".join(letter if letter.isprintable() else " " for letter in subject)
        line = " ".join(f"norikae {printable}".split())[:SUBJECT_LIMIT]
        call(self._client.publish, TopicArn=self._topic, Subject=line, Message=json.dumps(message, sort_keys=True))
