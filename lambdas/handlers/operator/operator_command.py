"""Invoked by every door: chats, terminals, the console, and a shift that stops its run."""

from handlers.invocation import Answer, Event, invocation
from norikae.commands.operate import operate
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Carry out one command."""
    return operate(ports, event)
