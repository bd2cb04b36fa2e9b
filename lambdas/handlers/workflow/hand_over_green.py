"""State "Hand over green"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.hand_over import hand_over_green
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Give green back to its branch and name what has to move."""
    return hand_over_green(ports, Writer.of(event))
