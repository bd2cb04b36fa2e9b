"""State "Restore revisions"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.restore import restore_revisions


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Take norikae's pin off for good."""
    return restore_revisions(ports, Writer.of(event))
