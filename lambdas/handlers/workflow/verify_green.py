"""State "Verify green"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.verify import verify_green


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Prove green."""
    return verify_green(ports, Writer.of(event))
