"""State "Roll back applications"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.back import roll_back_applications
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move back to blue, for all."""
    return roll_back_applications(ports, Writer.of(event))
