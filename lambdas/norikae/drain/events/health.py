"""AWS Health announces a maintenance, a reboot or a retirement, or takes the announcement back."""

from __future__ import annotations

import re

import msgspec

from norikae.drain.events.message import Message, Said, instant, read_detail
from norikae.drain.interruption import Ignored, Interruption

INSTANCE = re.compile(r"^(?:arn:[a-z-]+:ec2:[a-z0-9-]*:\d*:instance/)?(i-[0-9a-f]{8,17})$")
"""An entity is a bare id in some of the guide's samples and an ARN in others."""

DONE = "RESOLVED"


class _Entity(msgspec.Struct, rename={"value": "entityValue"}):
    value: str
    status: str = ""


class _Health(msgspec.Struct, rename="camel"):
    service: str
    event_type_category: str
    event_type_code: str
    communication_id: str = ""
    start_time: str = ""
    status_code: str = ""
    event_region: str = ""
    backup_event: str = "false"
    affected_account: str = ""
    affected_entities: tuple[_Entity, ...] = ()


def health_event(message: Message) -> tuple[Said, ...]:
    """Each instance that a scheduled change of EC2 names; several pages of one event are one communication.

    Every event arrives in a backup Region, too, where it says nothing new. One that is ``closed``, or an entity that is
    ``RESOLVED``, needs nothing any more.

    Source: AWS Health guide, "Reference: AWS Health events Amazon EventBridge schema", "Aggregating AWS Health events".
    """
    if message.detail.get("service") != "EC2" or message.detail.get("eventTypeCategory") != "scheduledChange":
        return (Ignored("other-service", message.what),)
    said = read_detail(message, _Health)
    if said.backup_event.lower() == "true" or said.event_region not in {"", message.region}:
        return (Ignored("backup-copy", message.what),)
    ids = [(found[1], one.status) for one in said.affected_entities if (found := INSTANCE.match(one.value))]
    if not ids:
        return (Ignored("no-instance", message.what),)
    account = said.affected_account or message.account
    event = f"{said.communication_id}/{account}" if said.communication_id else message.id
    ends_at = instant(said.start_time) if said.start_time else None
    closed = said.status_code == "closed"
    return tuple(
        _said(instance, said.event_type_code, message.at, event, ends_at, over=closed or status == DONE)
        for instance, status in ids
    )


def _said(instance: str, code: str, at: float, event: str, ends_at: float | None, *, over: bool) -> Interruption:
    """One entity's part; the end of an event is no copy of its beginning, even in the same communication."""
    event = f"{event}/over" if over else event
    return Interruption("scheduled", instance, at, event, ends_at=ends_at, cancelled=over, detail=code)
