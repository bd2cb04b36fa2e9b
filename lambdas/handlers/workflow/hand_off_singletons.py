"""State "Hand off singletons", of both machines."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.singletons.hand_off import hand_off_singletons
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move of what must not run in both clusters."""
    return hand_off_singletons(ports, Writer.of(event), event["application"])
