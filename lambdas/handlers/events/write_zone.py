"""SQS FIFO queue that rings when the zone has something to write; its group is the zone, so one of these runs."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.zone.write import answer_bells


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Apply all intents of the zone together."""
    return answer_bells(ports, event["Records"])
