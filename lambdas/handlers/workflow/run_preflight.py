"""State "Run preflight"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.check import run_preflight
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Look for every reason not to start."""
    return run_preflight(ports, Writer.of(event))
