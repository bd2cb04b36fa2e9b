"""A rotation came to nothing, as CloudTrail says it for the service."""

from __future__ import annotations

from typing import Literal

import msgspec

from norikae.secret_sync.events.message import MalformedError, Message, read_detail
from norikae.secret_sync.heard import Ignored, RotationEnded
from norikae.secret_sync.secret import ARN

ENDS: dict[str, Literal["failed", "abandoned"]] = {"RotationFailed": "failed", "RotationAbandoned": "abandoned"}


class _More(msgspec.Struct, rename={"secret": "SecretId"}):
    secret: str


class _Ended(msgspec.Struct, rename={"name": "eventName", "id": "eventID", "more": "additionalEventData"}):
    name: str
    more: _More
    id: str = ""


def service_event(message: Message) -> RotationEnded | Ignored:
    """A rotation failed or was abandoned; ``requestParameters`` is null in these, and the ARN is elsewhere.

    Source: Secrets Manager guide, "CloudTrail entries", "Match Secrets Manager events with EventBridge".
    """
    if str(message.detail.get("eventName")) not in ENDS:
        return Ignored("other-event", message.what)
    said = read_detail(message, _Ended)
    if not ARN.fullmatch(said.more.secret):
        raise MalformedError("malformed")
    return RotationEnded(said.more.secret, ENDS[said.name], said.id or message.id)
