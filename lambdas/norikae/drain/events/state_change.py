"""A machine changes its state, whoever wanted that."""

from __future__ import annotations

import msgspec

from norikae.drain.events.message import InstanceId, Message, Said, read_detail
from norikae.drain.interruption import Ignored, Interruption

ENDS = frozenset({"shutting-down", "stopping", "stopped", "terminated"})
"""States from which no pod comes back (EC2 guide, "Amazon EC2 instance state changes")."""


class _Change(msgspec.Struct, rename={"instance": "instance-id"}):
    instance: InstanceId
    state: str


def state_change(message: Message) -> tuple[Said, ...]:
    """A machine that ends has ended now; one that starts asks for nothing."""
    said = read_detail(message, _Change)
    if said.state not in ENDS:
        return (Ignored("does-not-end", f"{message.what} {said.state}"),)
    return (Interruption("state-change", said.instance, message.at, message.id, ends_at=message.at, detail=said.state),)
