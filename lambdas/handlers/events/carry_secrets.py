"""SQS queue of what AWS says about secrets, and of norikae's own letters; each message comes at least once."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.secret_sync.carry import carry


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Carry them to every live cluster."""
    return carry(ports, event["Records"])
