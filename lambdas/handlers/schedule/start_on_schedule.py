"""EventBridge Scheduler, asynchronously: a schedule of the environment file is due; each comes at least once."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.scheduled.start import start_on_schedule


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Start what it names."""
    return start_on_schedule(ports, event)
