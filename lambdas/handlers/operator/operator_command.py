"""Invoked by operators, from the console or a terminal."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.commands import operate


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Carry out one command."""
    return operate(ports, event)
