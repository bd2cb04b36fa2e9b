"""The topic where people read, in SNS."""

import json
from typing import Any

from norikae.adapters.aws.calls import call

SUBJECT_LIMIT = 99
"""SNS: a subject has less than 100 characters and no line breaks (API reference, Publish)."""


class SnsTopic:
    """``Topic`` over SNS.

    Args:
        client: boto3's SNS client.
        topic: ARN of the topic.
        environment: whose messages these are.
    """

    def __init__(self, client: Any, topic: str, environment: str) -> None:
        self._client, self._topic, self._environment = client, topic, environment

    def tell(self, subject: str, message: dict[str, Any]) -> None:
        """Publish one message."""
        printable = "".join(letter if letter.isprintable() else " " for letter in subject)
        line = " ".join(f"norikae {self._environment}: {printable}".split())[:SUBJECT_LIMIT]
        body = json.dumps({"environment": self._environment, **message}, sort_keys=True)
        call(self._client.publish, TopicArn=self._topic, Subject=line, Message=body)
