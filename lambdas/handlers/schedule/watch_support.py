"""Rule "rate(7 days)": how long the cluster that serves is supported."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.support.watch import watch


@invocation
def handler(ports: Ports, _event: Event) -> Answer:
    """Look once."""
    return watch(ports)
