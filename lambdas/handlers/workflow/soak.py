"""State "Soak"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.soak import soak


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Look whether the soak is over."""
    return soak(ports, Writer.of(event))
