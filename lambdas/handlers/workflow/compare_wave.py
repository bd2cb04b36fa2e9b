"""State "Compare wave"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.compare import compare_wave
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Compare what the next wave would put on green with what lives on blue."""
    return compare_wave(ports, Writer.of(event))
