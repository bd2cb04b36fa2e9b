"""State "Request sync approval"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import request_approval
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Ask a person about the difference of a wave."""
    return request_approval(ports, Writer.of(event), "sync", event["task_token"])
