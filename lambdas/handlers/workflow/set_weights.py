"""State "Set weights"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.traffic.shift import set_weights
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Write one weight."""
    return set_weights(ports, Writer.of(event), event["application"], event["weight"])
