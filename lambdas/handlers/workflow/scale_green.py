"""State "Scale green"."""

from handlers.invocation import Answer, Event, invocation
from norikae.capacity.green import scale_green
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make green as large as blue, before its first weight."""
    return scale_green(ports, Writer.of(event), event["application"], event["weight"])
