"""Blue is kept at weight 0 while green serves everything; every application is looked at meanwhile."""

from typing import Any

from norikae.drain.busy import too_many_drains
from norikae.errors import GateFailedError
from norikae.ports import Ports
from norikae.traffic.restarts import restart_on_blue
from norikae.upgrade.arrival import still_leased, unsettled
from norikae.upgrade.identity import Writer
from norikae.upgrade.moves import Said, flag
from norikae.upgrade.phase import advance, enter, say
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress, counted
from norikae.upgrade.soaked import SoakItem, poll_anew, soak_left
from norikae.upgrade.state import Event

Answer = dict[str, Any]


def soak(ports: Ports, writer: Writer) -> Answer:
    """Every application has been at 100 on a healthy green for the whole soak.

    Raises:
        RefusedError: an application is not wholly on green, green is not healthy, or a background gate fails (unless
            ``shift.on_failure`` is ``roll-back-all``: then everything goes back); the run holds with both clusters.
    """
    plan, wanted = read_plan(ports.table, writer.run).plan, ports.environment.soak
    known = ports.table.read(writer.run, "SOAK", SoakItem) or SoakItem()
    anew = known.anew + known.broken  # this look may be the first good one after a bad one
    poll = poll_anew(ports.environment) if anew else wanted.poll
    began = enter(ports, writer, "soak").spans[-1].since  # after a hold the background gates count anew

    def look() -> Progress:
        left = soak_left(ports, writer, plan)
        # By now every application is wholly on green, so whoever is cut off on blue comes back there.
        ahead = restart_on_blue(ports, writer, plan)
        if left <= 0 and ahead:
            return Progress.wait(f"{plan.blue.name} to restart {counted(ahead)}", poll)
        waiting = [why for planned in plan.applications() if (why := unsettled(ports, writer, planned.name, began))]
        waiting += still_leased(ports, writer, plan)
        if left <= 0 and (busy := too_many_drains(ports, plan.green.name)):
            waiting.append(busy)  # soon nothing else is left, so it has to stand on its own nodes
        if left <= 0 and waiting:
            return Progress.wait(counted(waiting), poll)
        if left <= 0:
            return Progress.done()
        return Progress.wait(f"{left:.0f} s of the soak are left", min(poll, int(left) + 1))

    # A soak that begins anew has as much time again.
    deadline = (1 + anew) * (wanted.duration + 2 * poll)
    try:
        return advance(ports, writer, "soak", deadline, look, steady=True)
    except GateFailedError as error:
        if ports.environment.shift.on_failure != "roll-back-all":
            raise
        ports.table.log(writer.run, Event(at=ports.now, what="gate-failed", detail={"reason": str(error)}))
        flag(ports, writer.run, Said(by="norikae", reason=str(error)), lambda _: {"aborted": True})
        return say(ports, writer, enter(ports, writer, "soak"), "abort", str(error))
