"""State "Prove ownership"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.traffic.prove import prove_ownership
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Nothing but norikae writes the application's names."""
    return prove_ownership(ports, Writer.of(event), event["application"])
