"""State "Ensure green cluster"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.build import ensure_green_cluster
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards green's cluster."""
    return ensure_green_cluster(ports, Writer.of(event))
