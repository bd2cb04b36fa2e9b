"""The commit that a run syncs green to: the plan's at first, then blue's, whenever blue has synced another one."""

from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import Event
from norikae.upgrade.sync_state import PinItem


def pinned(ports: Ports, run: str) -> str:
    """The commit that everything of the run on green is synced to and judged by now.

    Raises:
        BadRequestError: the run has no plan.
    """
    moved = ports.table.read(run, "PIN", PinItem)
    return moved.revision if moved else read_plan(ports.table, run).plan.revision


def move_pin(ports: Ports, writer: Writer, revision: str) -> None:
    """The run is pinned to this commit from now on, and the audit trail says from which to which.

    Raises:
        StaleWriterError: the run has lost its lease.
    """
    was = pinned(ports, writer.run)
    if was == revision:
        return
    ports.table.write(writer, "PIN", PinItem(revision=revision, was=was, at=ports.now))
    ports.table.log(writer.run, Event(at=ports.now, what="pin-moved", detail={"from": was, "to": revision}))
