"""State "Clean green"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.clean import clean_green


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards no green."""
    return clean_green(ports, event["request"], str(event["execution"]), str(event["started_at"]))
