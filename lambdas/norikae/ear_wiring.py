"""The composition root of the ears alone: the other one loads the environment file, and with it what an ear must not.

Whoever finds the address may send anything to an ear, so a request that is not proven costs hardly more than a bare
Python: no boto3, no powertools, no msgspec, and no HTTP either before time and form are right.
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import json
import os
import sys
import time

from norikae.errors import SettingsError

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.chat.ears.port import EarPorts, Json

QUEUE = "NORIKAE_CHAT_QUEUE"
"""The variable that has the URL of the queue of what people say."""


class AwsEarPorts:
    """``EarPorts`` over the extension and SQS, for one invocation."""

    def __init__(self) -> None:
        self.now = time.time()

    def key(self, door: str, field: str) -> str:
        """From the extension, every time: it is what keeps it, and a key that fails is not asked for again."""
        from norikae.adapters.chat.extension import signing_key

        return signing_key(door, field, os.environ)

    def put(self, letter: Json) -> None:
        """Into SQS."""
        from norikae.adapters.aws.heard import SqsHeard, client

        url = os.environ.get(QUEUE, "")
        if not url:
            raise SettingsError(f"{QUEUE} is not set; stacks/permissions.py gives it to a function")
        SqsHeard(client(), url).put(letter)

    def log(self, line: Mapping[str, object]) -> None:
        """One line of JSON, in the form that the other functions' lines have."""
        sys.stdout.write(json.dumps({"service": "norikae", "timestamp": self.now, **line}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def ports() -> EarPorts:
    """The world for this invocation."""
    return AwsEarPorts()
