"""State "Finish shift"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.traffic.prepare import finish_shift
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Record how the shift ended."""
    return finish_shift(ports, Writer.of(event), event["application"], event["execution"])
