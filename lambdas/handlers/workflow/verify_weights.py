"""State "Verify weights"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.traffic.shift import verify_weights
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """See the weight in force."""
    return verify_weights(ports, Writer.of(event), event["application"], event["weight"], event["change"])
