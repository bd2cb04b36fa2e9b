"""A whole run goes back to blue."""

from typing import Any

from norikae.errors import RefusedError
from norikae.ports import Ports
from norikae.singletons.hand_off import hand_back
from norikae.traffic.rollback import roll_back_records
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import enter
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import AppItem

Answer = dict[str, Any]


def roll_back_applications(ports: Ports, writer: Writer) -> Answer:
    """Every application of the run is back on blue: all records first, then all singletons, those of no one last.

    An error is raised after all were tried.
    """
    enter(ports, writer, "roll-back-applications")
    names = {one.application: one.outcome for one in ports.table.read_all(writer.run, "APP#", AppItem)}
    waiting, errors = [], []
    for name in [name for name, outcome in names.items() if outcome != "rolled-back"]:
        try:
            if roll_back_records(ports, writer, name)["next"] == "wait":
                waiting.append(name)
        except RefusedError as error:
            errors.append(error)
            waiting.append(name)
    back = set(names) - set(waiting) | (set() if waiting else {""})
    progress = hand_back(ports, writer, back)
    if errors:
        raise errors[0]
    if waiting:
        return Progress.wait(f"rollback of {', '.join(waiting)}", ports.environment.dns.propagation_poll).answer()
    if not progress.ready:
        return progress.answer()
    return {"next": "go-on"}
