"""State "Hold partial run"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import hold_partial_run
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Ask an operator how a partial run goes on."""
    return hold_partial_run(ports, Writer.of(event), event["task_token"], event["state"])
