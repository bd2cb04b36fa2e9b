"""Invoked by operators, from the console or a terminal."""

from handlers.invocation import Answer, Event, invocation
from norikae.commands.operate import operate
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Carry out one command."""
    return operate(ports, event)
