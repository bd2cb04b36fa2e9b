"""Secrets Manager's own event: a label is on another version now."""

from __future__ import annotations

import msgspec

from norikae.secret_sync.events.message import MalformedError, Message, Text, read_detail
from norikae.secret_sync.heard import Ignored, Rotated
from norikae.secret_sync.secret import ARN

CURRENT = "AWSCURRENT"


class _Label(msgspec.Struct, rename="camel"):
    label_updated: str
    name: Text
    version_id: str = ""


def label_updated(message: Message) -> Rotated | Ignored:
    """AWSCURRENT is on another version; any other label is nobody's business here.

    Source: Secrets Manager guide, "Match Secrets Manager events with EventBridge".
    """
    said = read_detail(message, _Label)
    if said.label_updated != CURRENT:
        return Ignored("other-label", message.what)
    if not message.resources or not ARN.fullmatch(message.resources[0]):
        raise MalformedError("malformed")
    return Rotated(message.resources[0], said.version_id)
