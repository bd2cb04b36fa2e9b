"""State "Plan upgrade"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.begin import plan_upgrade


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Take the environment and write the plan."""
    return plan_upgrade(ports, event["request"], event["execution"], event["name"])
