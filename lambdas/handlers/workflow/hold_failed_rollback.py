"""State "Hold failed rollback"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import hold_failed_rollback
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Page somebody about an application that does not come back."""
    return hold_failed_rollback(ports, Writer.of(event), event["application"], event["task_token"], event["state"])
