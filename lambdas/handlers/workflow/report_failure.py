"""State "Report failure"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.finish import report_failure


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """End the run otherwise."""
    return report_failure(ports, event["state"], event["execution"])
