"""State "Await window"."""

from handlers.invocation import Answer, Event, invocation
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.windows.wait import await_window


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Keep the token where an abort finds it."""
    return await_window(ports, Writer.of(event), event["application"], event["task_token"], event["text"])
