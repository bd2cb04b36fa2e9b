"""Every event that people are told of, and how chats show it; docs/notifications.md has the same table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.notify.kind import ALWAYS, Kind, line
from norikae.notify.others import OTHERS
from norikae.notify.runs import RUNS
from norikae.notify.to_come import TO_COME

if TYPE_CHECKING:
    from norikae.notify.message import Message

EVENTS: dict[str, Kind] = {**RUNS, **OTHERS, **TO_COME}
"""By event."""
PLAIN = Kind(
    thing="none",
    title=line("{event}", "{event}"),
    text=line("{text}", "{text}"),
    severities=("info", "action", "page"),
    alerts=True,
)
"""What no catalogue knows is shown as it is."""
OF_A_RUN = Kind(thing="run", title=PLAIN.title, text=PLAIN.text, severities=PLAIN.severities, alerts=True)
"""The same of a message that names its run."""


def kind_of(message: Message) -> Kind:
    """How a message is shown; what the catalogue does not know, plainly and as a message of its own."""
    return EVENTS.get(message.event) or (OF_A_RUN if message.run else PLAIN)


def is_own(message: Message) -> bool:
    """Whether it alerts people, instead of only changing what stands there; what waits for somebody always does."""
    return kind_of(message).alerts or message.severity != "info"


def keys_of(event: str) -> tuple[str, ...]:
    """The keys that a template of an event may name."""
    return (*ALWAYS, *EVENTS[event].keys)
