"""SQS queue subscribed to the topic of everything that people should know; each message comes at least once."""

from handlers.invocation import Answer, Event, invocation
from norikae.notify.deliver import deliver
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Show it in every chat."""
    return deliver(ports, event["Records"])
