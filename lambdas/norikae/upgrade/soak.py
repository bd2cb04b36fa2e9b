"""Blue is kept at weight 0 while green serves everything; every application is looked at meanwhile."""

from typing import Any

from norikae.ports import Ports
from norikae.upgrade.arrival import arrived, unsettled
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress, counted

Answer = dict[str, Any]


def soak(ports: Ports, writer: Writer) -> Answer:
    """Every application has been at 100 on a healthy green for the whole soak.

    Raises:
        RefusedError: an application is not wholly on green, green is not healthy, or a background gate fails; the run
            holds with both clusters.
    """
    plan = read_plan(ports.table, writer.run).plan

    def look() -> Progress:
        instants = [arrived(ports, writer, planned.name) for planned in plan.applications()]
        since = max((at for at in instants), default=ports.now)
        left = since + ports.environment.soak.duration - ports.now
        waiting = [why for planned in plan.applications() if (why := unsettled(ports, writer, planned.name))]
        if left <= 0 and waiting:
            return Progress.wait(counted(waiting), ports.environment.soak.poll)
        if left <= 0:
            return Progress.done()
        return Progress.wait(f"{left:.0f} s of the soak are left", min(ports.environment.soak.poll, int(left) + 1))

    wanted = ports.environment.soak
    return advance(ports, writer, "soak", wanted.duration + 2 * wanted.poll, look, steady=True)
