"""State "Ensure Argo CD"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.build import ensure_argo_cd
from norikae.upgrade.identity import Writer


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Make the next move towards green's Argo CD."""
    return ensure_argo_cd(ports, Writer.of(event))
