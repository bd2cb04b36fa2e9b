"""A whole run goes back to blue."""

from typing import Any

from norikae.capacity.back import give_back_all
from norikae.errors import RefusedError
from norikae.ports import Ports
from norikae.singletons.hand_off import hand_back
from norikae.traffic.moving import Moving
from norikae.traffic.rollback import roll_back_records
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import is_shifting
from norikae.upgrade.phase import enter
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import AppItem

Answer = dict[str, Any]


def _is_its_owners(ports: Ports, writer: Writer, name: str) -> bool:
    """Whether the application's names need not be waited for: norikae's own, given back, or kept with a note."""
    moving = Moving.read(ports, writer, name)
    if not moving.is_leased:
        return True
    from norikae.traffic.hand_back import given_back  # noqa: PLC0415 - names of norikae's own are not given back

    return given_back(moving)


def roll_back_applications(ports: Ports, writer: Writer) -> Answer:
    """Every application of the run is back on blue: all records first, then all singletons, those of no one last.

    A shift that still lives takes its application back itself. What blue refuses is raised only when nothing else is on
    its way any more.
    """
    enter(ports, writer, "roll-back-applications")
    names = {one.application: one.outcome for one in ports.table.read_all(writer.run, "APP#", AppItem)}
    waiting: list[str] = []
    refused: dict[str, RefusedError] = {}
    for name in [name for name, outcome in names.items() if outcome != "rolled-back" or is_shifting(ports, name)]:
        try:
            if is_shifting(ports, name) or roll_back_records(ports, writer, name)["next"] == "wait":
                waiting.append(name)
        except RefusedError as error:
            refused[name] = error
    left = {*waiting, *refused}
    progress = hand_back(ports, writer, set(names) - left | (set() if left else {""}))
    waiting += [name for name in names if name not in left and not _is_its_owners(ports, writer, name)]
    if waiting:
        return Progress.wait(f"rollback of {', '.join(waiting)}", ports.environment.dns.propagation_poll).answer()
    if not progress.ready:
        return progress.answer()
    if refused:
        raise next(iter(refused.values()))
    progress = give_back_all(ports, writer)
    if not progress.ready:
        return progress.answer()
    return {"next": "go-on"}
