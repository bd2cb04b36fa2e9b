"""State "Decommission blue"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.decommission import decommission_blue
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards blue's end."""
    return decommission_blue(ports, Writer.of(event))
