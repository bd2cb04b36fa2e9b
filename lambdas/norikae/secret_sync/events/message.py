"""A message of the queue of secrets, opened: EventBridge's envelope, or a letter of norikae's own."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, cast

import msgspec

from norikae.secret_sync.letter import Letter

T = TypeVar("T")
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
"""An ARN or a name; both are at most 2048 characters long (Secrets Manager API reference, DescribeSecret)."""
LONGEST = 80
"""Characters of source and detail type that a log line gets."""
LETTER = "norikae"
"""The key of the kind in a letter."""


class MalformedError(ValueError):
    """A message has not the form that its sender documents; the text holds nothing of the message."""


class Message(msgspec.Struct, frozen=True, rename={"kind": "detail-type"}):
    """An event as EventBridge sends it (EventBridge guide, "Event structure").

    Args:
        source: such as ``aws.secretsmanager``.
        kind: the detail type.
        id: the event's id.
        resources: ARNs.
        detail: the rest.
    """

    source: str
    kind: str
    id: str = ""
    resources: tuple[str, ...] = ()
    detail: dict[str, Any] = {}

    @property
    def what(self) -> str:
        """Source and detail type, for the log."""
        return f"{self.source} {self.kind}"[:LONGEST]


def open_message(body: str) -> Message | Letter:
    """What is in the body of a queue's message.

    Args:
        body: as SQS delivers it.

    Raises:
        MalformedError: it is neither; the reason is ``not-json`` or ``malformed``.
    """
    try:
        raw = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise MalformedError("not-json") from None
    return cast("Letter", _read(raw, Letter)) if LETTER in raw else cast("Message", _read(raw, Message))


def read_detail(message: Message, form: type[T]) -> T:
    """The detail in the form that is documented for it.

    Raises:
        MalformedError: it has another form.
    """
    return cast("T", _read(message.detail, form))


def _read(raw: object, form: object) -> object:
    try:
        return msgspec.convert(raw, cast("Any", form))
    except msgspec.ValidationError:  # its text may quote what it did not understand
        raise MalformedError("malformed") from None
