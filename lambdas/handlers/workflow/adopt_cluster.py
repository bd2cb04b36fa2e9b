"""State "Adopt cluster"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.adoption import adopt_cluster


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards an adopted cluster, or one that is let go of."""
    return adopt_cluster(ports, event["request"], event["execution"], event["started_at"])
