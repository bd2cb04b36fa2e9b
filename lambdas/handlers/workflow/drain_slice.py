"""State "Drain slice"."""

import random

from handlers.invocation import Answer, Event, invocation
from norikae.drain.slice import drain_slice
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Empty the nodes of a cluster for half a minute."""
    request = event["request"]
    where = (request["cluster"], request["wave"], request["turns"])
    return drain_slice(ports, *where, clock=ports.clock, jitter=random.random)
