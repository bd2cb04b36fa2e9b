"""State "Verify green"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.build import verify_green
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Prove green and name what has to move."""
    return verify_green(ports, Writer.of(event))
