"""SQS queue of what AWS says about machines that go; each message comes at least once, in any order."""

from handlers.invocation import Answer, Event, invocation
from norikae.drain.ingest import ingest
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Claim and mark their nodes, and wake who drains them."""
    return ingest(ports, event["Records"])
