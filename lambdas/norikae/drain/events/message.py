"""A message of the queue, opened: EventBridge's envelope, Auto Scaling's own form, or either inside one of SNS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeVar

import msgspec

from norikae.drain.interruption import Ignored, Interruption

T = TypeVar("T")
Said = Interruption | Ignored
InstanceId = Annotated[str, msgspec.Meta(pattern=r"^i-[0-9a-f]{8,17}$")]
"""Of an EC2 instance; the short ones are older than 2016 (EC2 guide, "Resource IDs")."""
DIRECT = "direct"
"""Stands for the source of a message that Auto Scaling sends to a queue itself."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one message says.

    Args:
        source: such as ``aws.ec2``; ``direct`` for Auto Scaling's own form.
        kind: the detail type; "" for Auto Scaling's own form.
        id: the event's id.
        at: the event's own time, in seconds since the epoch.
        account: the account that it is from.
        region: the region that it is from.
        detail: the rest.
    """

    source: str
    kind: str
    id: str
    at: float
    account: str
    region: str
    detail: dict[str, Any]

    @property
    def what(self) -> str:
        """Source and detail type, for the log."""
        return f"{self.source} {self.kind}".strip()


class MalformedError(ValueError):
    """A message has not the form that its sender documents."""


class NotJsonError(MalformedError):
    """A message is no JSON object at all."""


def open_message(body: str) -> Message:
    """The message in the body of a queue's message.

    An SNS notification holds it as an escaped string (SNS guide, "Amazon SNS message formats"). Events of capacity
    reservations are printed with ``detail_type`` (EC2 guide, "Monitor Capacity Blocks using EventBridge").

    Args:
        body: as SQS delivers it.

    Raises:
        NotJsonError: it is no JSON object.
        MalformedError: its time is no time.
    """
    raw = _json_object(body)
    if raw.get("Type") == "Notification" and isinstance(raw.get("Message"), str):
        raw = _json_object(raw["Message"])
    if "source" not in raw:
        return Message(
            DIRECT,
            "",
            str(raw.get("RequestId", "")),
            instant(raw["Time"]) if "Time" in raw else 0.0,
            str(raw.get("AccountId", "")),
            "",
            raw,
        )
    detail = raw.get("detail")
    return Message(
        source=str(raw["source"]),
        kind=str(raw.get("detail-type") or raw.get("detail_type") or ""),
        id=str(raw.get("id") or raw.get("customer_event_id") or ""),
        at=instant(raw.get("time")),
        account=str(raw.get("account", "")),
        region=str(raw.get("region", "")),
        detail=detail if isinstance(detail, dict) else {},
    )


def read_detail(message: Message, form: type[T]) -> T:
    """The detail in the form that is documented for it.

    Raises:
        MalformedError: it has another form.
    """
    try:
        return msgspec.convert(message.detail, form)
    except msgspec.ValidationError as error:
        raise MalformedError(str(error)) from error


def instant(text: object) -> float:
    """A time in seconds since the epoch, from ISO 8601 or, as AWS Health writes it, RFC 1123.

    Raises:
        MalformedError: it is neither.
    """
    try:
        return _moment(str(text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise MalformedError(f"{text!r} is no time") from error


def _moment(text: str) -> datetime:
    moment = parsedate_to_datetime(text) if text[:1].isalpha() else datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json_object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise NotJsonError("no JSON object") from error
