"""Somebody deletes or restores a secret, as CloudTrail recorded the call."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.secret_sync.events.message import Message, Text, read_detail
from norikae.secret_sync.heard import Ignored, Rotated
from norikae.secret_sync.secret import ARN

CALLS = frozenset({"DeleteSecret", "RestoreSecret"})


class _Request(msgspec.Struct, rename={"secret": "secretId"}):
    secret: Text


class _Call(msgspec.Struct, rename="camel"):
    request_parameters: _Request
    response_elements: dict[str, Any] | None = None


def api_call(message: Message) -> Rotated | Ignored:
    """A secret was marked for deletion, deleted, or restored; it has to be looked at.

    The request has whatever its sender wrote, a name or an ARN; the answer has the ARN, as ``aRN`` for some operations
    before 2024-02. A call with an ``errorCode`` changed nothing.

    Sources: Secrets Manager guide, "CloudTrail entries"; CloudTrail guide, "Record contents".
    """
    if str(message.detail.get("eventName")) not in CALLS:
        return Ignored("other-event", message.what)
    if message.detail.get("errorCode"):
        return Ignored("call-failed", message.what)
    said = read_detail(message, _Call)
    answer = said.response_elements or {}
    found = [str(answer[key]) for key in ("arn", "aRN", "ARN") if ARN.fullmatch(str(answer.get(key)))]
    return Rotated(found[0] if found else said.request_parameters.secret)
