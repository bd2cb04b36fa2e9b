"""A capacity reservation takes machines back."""

from __future__ import annotations

import msgspec

from norikae.drain.events.message import InstanceId, Message, instant, read_detail
from norikae.drain.interruption import Ignored, Interruption


class _Warning(
    msgspec.Struct,
    rename={"instance": "instance-id", "action": "instance-action", "end": "instance-termination-time"},
):
    instance: InstanceId
    end: str
    action: str = "terminate"


def interruption_warning(message: Message) -> tuple[Interruption, ...]:
    """A machine of an interruptible reservation or of a capacity block goes at the instant that is said.

    The two call the zone ``azId`` and ``availability-zone-id``; neither matters here. Source: EC2 guide, "Monitor
    interruptible Capacity Reservations with EventBridge and CloudTrail".
    """
    said = read_detail(message, _Warning)
    end = instant(said.end)
    return (Interruption("capacity", said.instance, message.at, message.id, ends_at=end, detail=said.action),)


def block_expires(message: Message) -> tuple[Ignored, ...]:
    """A capacity block's end is said forty minutes ahead by the reservation's name alone, and then by each machine's.

    The machines' own warnings are acted on, so that no reservation costs a search through EC2 in the queue's way.
    Source: EC2 guide, "Monitor Capacity Blocks using EventBridge".
    """
    return (Ignored("reservation-expires", message.what),)
