"""State "Await window": nothing is changed until the window opens, and an abort is heard at once.

The state waits for its task token and not by the clock: who aborts, or sends the application back, wakes it like every
question, so that no history fills with looks at a closed door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import AbortedError
from norikae.upgrade.flags import flags_for
from norikae.upgrade.state import ApprovalItem
from norikae.windows.check import question

if TYPE_CHECKING:
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer


def await_window(ports: Ports, writer: Writer, application: str, task_token: str, text: str) -> dict[str, Any]:
    """The token is where an abort finds it; the state goes on by itself when its time is over.

    Args:
        ports: the world.
        writer: in whose name.
        application: which one waits; "" for the run itself.
        task_token: Step Functions' token of the waiting state.
        text: what it waits for.

    Raises:
        AbortedError: somebody aborted before the token was there.
    """
    subject = question(application)
    waiting = ApprovalItem(subject=subject, task_token=task_token, plan_hash="", text=text, phase="check-window")
    ports.table.write(writer, f"APPROVAL#{subject}", waiting)
    flags = flags_for(ports.table, writer.run, application)
    if flags.aborted:
        raise AbortedError(f"aborted by {flags.by or 'an operator'} before it could wait for the window")
    return {"waits": subject}
