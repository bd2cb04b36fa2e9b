"""The end of blue: proven to serve nothing, past the point of no return, then taken apart."""

from typing import Any

import msgspec

from norikae.cluster.blue import NOTHING_INSIDE, ensure_frozen, ensure_gone, ensure_no_load_balancers
from norikae.cluster.site import Site
from norikae.drain.gone import forget_nodes
from norikae.errors import ForeignWriteError, RefusedError
from norikae.ports import Ports
from norikae.traffic.leftovers import forget_left_behind
from norikae.traffic.moving import Moving
from norikae.traffic.weights import WHOLE, batch_end, once_more
from norikae.upgrade.empty import ensure_drained
from norikae.upgrade.flags import read_flags
from norikae.upgrade.identity import Writer
from norikae.upgrade.interlocks import may_begin
from norikae.upgrade.phase import advance, enter, say
from norikae.upgrade.plan import Plan
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import Event, PlanItem

Answer = dict[str, Any]
PHASE = "decommission-blue"


def decommission_blue(ports: Ports, writer: Writer) -> Answer:
    """Blue is gone: Argo CD is stopped, then its record sets, its load balancers, its pods, its nodes, the cluster go.

    It begins with the point of no return: from then on no function raises blue's weight. Before it, it waits until
    nobody talks to blue any more.

    Raises:
        RefusedError: blue may not go yet (``norikae.upgrade.interlocks``), or a part of it may not be deleted.
    """
    stored = read_plan(ports.table, writer.run)
    wanted, clusters = ports.environment.decommission, ports.environment.clusters
    if not enter(ports, writer, PHASE).point_of_no_return:
        answer = advance(ports, writer, PHASE, wanted.deadline, lambda: may_begin(ports, writer, stored))
        if answer["next"] != "go-on":
            return answer
        if not _pass_the_point(ports, writer, stored):
            return say(ports, writer, enter(ports, writer, PHASE), "abort", "aborted before anything was deleted")
    deadline = wanted.deadline + clusters.delete_deadline  # one span holds the wait before and the work after
    return advance(ports, writer, PHASE, deadline, lambda: _take_apart(ports, writer, stored.plan))


def _pass_the_point(ports: Ports, writer: Writer, stored: PlanItem) -> bool:
    """The point of no return is in the table, in the name of the lease's holder; False when an abort was quicker.

    An abort writes its flag after it has read the phase; this writes the phase before it reads the flag, so one of the
    two sees the other. An abort that comes later can only stop (``norikae.upgrade.phase``).
    """
    detail = {"hash": stored.hash, "blue": stored.plan.blue.name}
    ports.table.log(writer.run, Event(at=ports.now, what="point-of-no-return", detail=detail))
    item = enter(ports, writer, PHASE)
    ports.table.write(writer, "PHASE", msgspec.structs.replace(item, point_of_no_return=True))
    flags = read_flags(ports.table, writer.run)
    if flags.aborted or flags.sent_back:
        ports.table.write(writer, "PHASE", item)
    if flags.sent_back and not flags.aborted:
        names = ", ".join(flags.sent_back)
        raise RefusedError(
            f"{names} was sent back to blue; both clusters are kept: move it (shift, then resume) or abort"
        )
    return not flags.aborted


def _take_apart(ports: Ports, writer: Writer, plan: Plan) -> Progress:
    site = Site.of(ports)
    frozen = ensure_frozen(site, ports.environment, plan.blue.name)
    if not frozen.ready:
        return frozen
    names = [planned.name for planned in plan.applications() if planned.owner == "controller"]
    left = [name for name in names if not _blue_records_are_gone(ports, writer, name)]
    if left:
        text = f"Route 53 to forget {plan.blue.name} for {', '.join(left)}"
        return Progress.wait(text, ports.environment.clusters.poll)
    if len(names) < len(plan.applications()):
        progress = _owned_records_are_gone(ports, writer, site, plan.blue.name)
        if not progress.ready:
            return progress
    progress = _without_pods(ports, writer, site, plan.blue.name)
    if not progress.ready:
        return progress
    progress = ensure_gone(site, ports.environment, plan.blue.name)
    if progress.ready:
        forget_nodes(ports, plan.blue.name)
        _write_down_what_is_left(ports, writer, plan.blue.name)
    return progress


def _without_pods(ports: Ports, writer: Writer, site: Site, blue: str) -> Progress:
    """The load balancers go first, because their controllers are pods as well."""
    progress = ensure_no_load_balancers(site, ports.environment, blue)
    found = ports.eks.cluster(blue) if progress.ready else None
    if found is None or found.status in NOTHING_INSIDE:
        return progress
    return ensure_drained(ports, writer, blue)


def _owned_records_are_gone(ports: Ports, writer: Writer, site: Site, blue: str) -> Progress:
    """External-dns forgets what no Ingress asks for, unless its policy forbids; whatever it leaves goes here.

    The Ingresses go first, or it would make its record sets anew.
    """
    progress = ensure_no_load_balancers(site, ports.environment, blue)
    if not progress.ready:
        return progress
    try:
        is_gone = forget_left_behind(ports, writer.run, blue)
    except ForeignWriteError:  # it deletes them at this moment
        is_gone = False
    poll = ports.environment.clusters.poll
    return Progress.done() if is_gone else Progress.wait(f"Route 53 to forget what external-dns made of {blue}", poll)


def _blue_records_are_gone(ports: Ports, writer: Writer, application: str) -> bool:
    """Whether nobody is led to blue any more, and health is evaluated as before; asks for it at the first look.

    When the answer to that was lost, green's records are written once more: only a change of our own has a state.
    """
    moving = Moving.read(ports, writer, application)
    if moving.item.blue_is_gone:
        return True
    records = moving.read_records()
    mine = [one for one in records if one.set_identifier == moving.blue_set]
    if any(record.weight for record in mine):
        raise RefusedError(f"{application}: {moving.blue} still has a weight; nothing of it is deleted")
    changes = batch_end(records, moving.snapshot(), blue=moving.blue_set, green=moving.green_set)
    if changes or not moving.item.change:
        comment = f"norikae run={writer.run} application={application} decommission"
        moving.save(change="", written={moving.green_set: WHOLE})
        change = ports.dns.change(changes or once_more(records), comment)
        moving.save(change=change, written={moving.green_set: WHOLE})
        return False
    if not ports.dns.is_in_sync(moving.item.change):
        return False
    moving.save(blue_is_gone=True)
    return True


def _write_down_what_is_left(ports: Ports, writer: Writer, cluster: str) -> None:
    """Volumes may hold data that somebody wants: they are in the audit trail and the report, and never deleted."""
    found = ports.compute.leftovers(cluster)
    detail = {"cluster": cluster, "volumes": list(found.volumes), "others": list(found.others)}
    ports.table.log(writer.run, Event(at=ports.now, what="blue-removed", detail=detail))
