"""State "Request decommission approval"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import request_approval
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Ask a person whether blue may go."""
    return request_approval(ports, Writer.of(event), "decommission", event["task_token"])
