"""State "Hold upgrade"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import hold_upgrade
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Ask an operator what to do with the run."""
    return hold_upgrade(ports, Writer.of(event), event["task_token"], event["state"])
