"""A whole run goes back to blue."""

from typing import Any

from norikae.capacity.back import give_back_all
from norikae.errors import RefusedError
from norikae.ports import Ports
from norikae.singletons.hand_off import hand_back
from norikae.traffic.rollback import roll_back_records
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import is_shifting
from norikae.upgrade.phase import enter
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import AppItem

Answer = dict[str, Any]


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
