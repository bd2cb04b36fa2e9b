"""State "Hold application"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import hold_application
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Ask an operator what to do with one application."""
    return hold_application(ports, Writer.of(event), event["application"], event["task_token"], event["state"])
