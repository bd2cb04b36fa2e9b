"""State "Judge gates"."""

from handlers.invocation import Answer, Event, invocation
from norikae.gates.judge import judge_gates
from norikae.ports import Ports
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Decide what follows."""
    return judge_gates(ports, Writer.of(event), event["application"], event["weight"])
