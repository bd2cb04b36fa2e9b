"""State "Ask team"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import ask_team
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Ask the team of one application."""
    return ask_team(ports, Writer.of(event), event["application"], event["task_token"])
