"""What is published once: a topic cannot change what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.chat.ports import Thread
from norikae.notify.chats import digest

if TYPE_CHECKING:
    from norikae.ports import Ports


def publish_once(ports: Ports, identity: str, notification: dict[str, Any]) -> None:
    """The topic of Amazon Q has it; whoever comes with the same later finds it there.

    Args:
        ports: the world.
        identity: of the message that it was made from.
        notification: in the custom schema.
    """
    key = f"amazon-q/topic/sent/{identity}"
    known = ports.threads.read(key)
    if known is not None:
        return
    ports.q_topic.tell(str(notification["content"]["title"]), notification)
    ports.threads.write(key, Thread(body=digest(notification), at=ports.now), instead_of=None)
