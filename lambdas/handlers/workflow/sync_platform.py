"""State "Sync platform"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.build import sync_platform
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards a synced platform."""
    return sync_platform(ports, Writer.of(event))
