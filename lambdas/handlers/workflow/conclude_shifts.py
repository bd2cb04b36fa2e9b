"""State "Conclude shifts"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.conclude import conclude_shifts
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Say whether everything has moved."""
    return conclude_shifts(ports, Writer.of(event))
