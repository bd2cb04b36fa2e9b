"""State "Finish upgrade"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.finish import finish_upgrade
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """End the run well."""
    return finish_upgrade(ports, Writer.of(event), event["execution"])
