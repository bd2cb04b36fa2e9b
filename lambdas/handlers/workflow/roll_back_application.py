"""State "Roll back application"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.traffic.rollback import roll_back_application
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move back to blue, for one."""
    return roll_back_application(ports, Writer.of(event), event["application"])
