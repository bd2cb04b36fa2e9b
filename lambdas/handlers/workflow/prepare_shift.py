"""State "Prepare shift"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.traffic.prepare import prepare_shift


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Take the application and say where to go on."""
    return prepare_shift(ports, event["request"], event["execution"])
