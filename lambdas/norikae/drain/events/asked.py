"""A person wants a node to be emptied: the letter of the command ``drain`` (``norikae.commands.draining``)."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from norikae.drain.events.message import Message, read_detail
from norikae.drain.interruption import Interruption

SOURCE, KIND = "norikae", "Drain Node"
INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")


class _Asked(msgspec.Struct):
    node: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    cluster: str = ""


def drain_node(message: Message) -> tuple[Interruption, ...]:
    """A node goes because somebody says so; its machine stays, so nobody ends it and its budgets count to the end."""
    said = read_detail(message, _Asked)
    named = bool(INSTANCE.fullmatch(said.node))
    return (
        Interruption(
            "asked",
            said.node if named else "",
            message.at,
            message.id,
            detail="drain",
            node="" if named else said.node,
            cluster=said.cluster,
        ),
    )
