"""Rule "rate(1 minute)": what was lost about nodes that go is found again."""

from handlers.invocation import Answer, Event, invocation
from norikae.drain.ingest import take
from norikae.drain.reconcile import reconcile
from norikae.ports import Ports


@invocation
def handler(ports: Ports, _event: Event) -> Answer:
    """Look at both clusters."""
    return reconcile(ports, take)
