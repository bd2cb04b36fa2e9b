"""State "Check window"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.windows.check import check_window


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Look whether what follows may begin."""
    return check_window(ports, Writer.of(event), event["application"], event["weight"])
