"""Conclude shifts: has everything moved? If not, the run stays partial until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import NorikaeError
from norikae.report.cost import Kept, cost_per_day
from norikae.upgrade.flags import read_flags
from norikae.upgrade.phase import enter, say
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem

if TYPE_CHECKING:
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan

Answer = dict[str, Any]

PHASE = "conclude-shifts"
NEXT = (
    "Next: resume tries again; shift and roll-back with an application move one; finish ends the run with both "
    "clusters; abort sends everything back"
)


def conclude_shifts(ports: Ports, writer: Writer) -> Answer:
    """``go-on`` when everything planned is on green; else ``partial`` with what is missing, what it costs, what next.

    Args:
        ports: the world.
        writer: in whose name.
    """
    plan = read_plan(ports.table, writer.run).plan
    item, flags = enter(ports, writer, PHASE), read_flags(ports.table, writer.run)
    if flags.aborted:
        return say(ports, writer, item, "abort", f"aborted by {flags.by or 'an operator'}")
    left = left_behind(plan, ports.table.read_all(writer.run, "APP#", AppItem))
    if not left:
        return say(ports, writer, item, "go-on", "")
    moved = len(plan.applications()) - len(left)
    text = (
        f"{moved} of {len(plan.applications())} applications moved. Not moved: {' | '.join(left)}. Both clusters are "
        f"kept: {_cost(ports, plan)}. {NEXT}"
    )
    return say(ports, writer, item, "partial", text)


def left_behind(plan: Plan, items: list[AppItem]) -> tuple[str, ...]:
    """The applications that are not wholly on green, each with its outcome and the reason."""
    found = {item.application: item for item in items}
    stands = [found.get(planned.name) or AppItem(application=planned.name) for planned in plan.applications()]
    return tuple(
        f"{item.application} ({item.outcome}{f': {item.reason}' if item.reason else ''})"
        for item in stands
        if item.outcome != "moved"
    )


def _cost(ports: Ports, plan: Plan) -> str:
    support = {one.version: one.status for one in ports.eks.cluster_versions()}
    names = (plan.blue, plan.green)
    return cost_per_day(Kept(one.name, support.get(one.version, ""), _nodes(ports, one.name)) for one in names)


def _nodes(ports: Ports, cluster: str) -> int | None:
    try:
        return len(ports.kubernetes(cluster).list("nodes"))
    except NorikaeError:  # what is missing has to be said, whatever the number of nodes
        return None
