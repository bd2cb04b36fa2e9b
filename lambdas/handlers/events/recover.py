"""Rule on "Step Functions Execution Status Change": an execution ended without saying so."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.recovery import recover


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Bring what it held to an end."""
    return recover(ports, event)
