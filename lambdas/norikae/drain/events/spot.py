"""Spot machines: EC2 takes them back in two minutes, or is likely to do so."""

from __future__ import annotations

import msgspec

from norikae.drain.events.message import InstanceId, Message, read_detail
from norikae.drain.interruption import Interruption

NOTICE = 120.0
"""Seconds from the warning to the end (EC2 guide, "Spot Instance interruption notices")."""


class _Warning(msgspec.Struct, rename={"instance": "instance-id", "action": "instance-action"}):
    instance: InstanceId
    action: str = "terminate"


def interruption_warning(message: Message) -> tuple[Interruption, ...]:
    """A spot machine goes; one that hibernates begins at once, without the two minutes (same page)."""
    said = read_detail(message, _Warning)
    end = message.at if said.action == "hibernate" else message.at + NOTICE
    return (Interruption("spot", said.instance, message.at, message.id, ends_at=end, detail=said.action),)


def rebalance_recommendation(message: Message) -> tuple[Interruption, ...]:
    """A spot machine is likely to go; when, nobody says (EC2 guide, "EC2 instance rebalance recommendations")."""
    said = read_detail(message, _Warning)
    return (Interruption("rebalance", said.instance, message.at, message.id),)
