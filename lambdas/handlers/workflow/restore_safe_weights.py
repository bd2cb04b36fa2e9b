"""State "Restore safe weights"."""

from handlers.invocation import Answer, Event, invocation
from norikae.approvals.ask import reason_of
from norikae.ports import Ports
from norikae.traffic.contest import restore_safe_weights
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Put contested weights right, once."""
    return restore_safe_weights(ports, Writer.of(event), event["application"], reason_of(event["state"]))
