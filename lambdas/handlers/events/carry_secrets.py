"""SQS queue of what AWS says about secrets, and of norikae's own letters; each comes at least once, in any order."""

from norikae.secret_sync.carry import carry

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Carry their current values to every live cluster."""
    return carry(ports, event["Records"])
