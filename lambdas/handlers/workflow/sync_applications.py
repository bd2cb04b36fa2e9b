"""State "Sync applications"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.build import sync_applications
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards synced applications."""
    return sync_applications(ports, Writer.of(event))
