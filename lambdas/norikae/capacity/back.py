"""Blue before a rollback is as large as it was, and whatever a run has enlarged is given back to its autoscaler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.capacity.decide import decide
from norikae.capacity.green import workloads_on
from norikae.capacity.ledger import Override, overridden, read_scale
from norikae.capacity.looks import SETTLING
from norikae.capacity.workloads import LOWEST
from norikae.capacity.write import override, take_back
from norikae.errors import NorikaeError
from norikae.traffic.moving import Moving
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import AppItem, Event

if TYPE_CHECKING:
    from norikae.capacity.ledger import ScaleItem
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer


def enlarge_blue(moving: Moving) -> bool:
    """Whether norikae holds blue at the size that it had before the shift; asked for here wherever it does not.

    The way back never depends on it: what blue's API refuses is in the audit trail, and blue goes by what it has.
    """
    item = read_scale(moving.ports, moving.writer.run, moving.planned.name)
    if not item.sizes:
        return False
    try:
        item = _enlarged(moving, item)
    except NorikaeError as error:
        moving.note("scale-left", cluster=moving.blue, reason=str(error))
        return False
    return bool(_of(item, moving.blue))


def _enlarged(moving: Moving, item: ScaleItem) -> ScaleItem:
    found = {one.key: one for one in workloads_on(moving, moving.blue)}
    for size in item.sizes:
        workload = found.get((size.resource, size.namespace, size.name))
        if workload is None or workload.autoscaler is None:
            continue  # what nothing scales in has kept its size
        wanted = min(size.ready, workload.autoscaler.highest)
        decision = decide(workload, wanted, cluster=moving.blue, reverted="")
        if decision.action == "raise":
            place = moving.blue, decision.resource, workload.namespace, decision.name, decision.field
            change = Override(*place, was=decision.was, now=wanted)
            item = override(moving.ports, moving.writer, item, change)
    return item


def give_back(ports: Ports, writer: Writer, application: str) -> Progress:
    """Autoscalers decide alone again, in both clusters, once they have measured the traffic of the weights in force.

    What nothing scales keeps its size on a green that serves: blue had it, too.

    Args:
        ports: the world.
        writer: in whose name.
        application: which; it has moved, or is back.
    """
    item = read_scale(ports, writer.run, application)
    if not item.overrides:
        return Progress.done()
    stored = ports.table.read(writer.run, f"APP#{application}", AppItem) or AppItem(application=application)
    plan = read_plan(ports.table, writer.run).plan
    idle = {"moved": plan.blue.name, "rolled-back": plan.green.name}.get(stored.outcome, "")
    item = take_back(ports, writer, item, tuple(one for one in item.overrides if one.cluster == idle))
    held = tuple(one for one in item.overrides if one.field == LOWEST)
    in_force = max((at for at, _ in stored.steps), default=0.0)
    left = in_force + ports.environment.dns.answer_ttl + SETTLING - ports.now
    if left > 0 and held:
        return Progress.wait(f"the autoscalers of {application} to measure its traffic", int(left) + 1)
    take_back(ports, writer, item, held)
    return Progress.done()


def give_back_all(ports: Ports, writer: Writer) -> Progress:
    """The same for every application of the run."""
    waits = [
        progress
        for item in overridden(ports, writer.run)
        if not (progress := give_back(ports, writer, item.application)).ready
    ]
    return min(waits, key=lambda one: one.retry_after_seconds) if waits else Progress.done()


def leave_nothing(ports: Ports, writer: Writer) -> tuple[str, ...]:
    """At a run's end: everything that can be given back is, without waiting; in words what is still otherwise."""
    try:
        give_back_all(ports, writer)
    except NorikaeError as error:
        ports.table.log(writer.run, Event(at=ports.now, what="scale-left", detail={"reason": str(error)}))
    return still_enlarged(ports, writer.run)


def still_enlarged(ports: Ports, run: str, cluster: str = "") -> tuple[str, ...]:
    """In words, what norikae keeps larger than its autoscaler would: on one cluster, or on any."""
    return tuple(
        change.title
        for item in overridden(ports, run)
        for change in item.overrides
        if change.field == LOWEST and cluster in ("", change.cluster)
    )


def _of(item: ScaleItem, cluster: str) -> tuple[Override, ...]:
    return tuple(one for one in item.overrides if one.cluster == cluster)
