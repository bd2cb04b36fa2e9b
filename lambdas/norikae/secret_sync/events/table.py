"""Which parser reads which event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.secret_sync.events import call, label, rotation
from norikae.secret_sync.events.message import MalformedError, Message, open_message
from norikae.secret_sync.heard import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.secret_sync.heard import Said

SECRETS = "aws.secretsmanager"
PARSERS: dict[tuple[str, str], Callable[[Message], Said]] = {
    (SECRETS, "Secret Label Updated"): label.label_updated,
    (SECRETS, "AWS Service Event via CloudTrail"): rotation.service_event,
    (SECRETS, "AWS API Call via CloudTrail"): call.api_call,
}
"""Source and detail type to parser."""


def parse(body: str) -> Said:
    """What a message says; whatever it is, the answer is a value and never an error.

    Args:
        body: the body of a queue's message.
    """
    try:
        message = open_message(body)
    except MalformedError as error:
        return Ignored(str(error))
    if not isinstance(message, Message):
        return message
    parser = PARSERS.get((message.source, message.kind))
    if parser is None:
        return Ignored("unknown-event", message.what)
    try:
        return parser(message)
    except MalformedError as error:
        return Ignored(str(error), message.what)
