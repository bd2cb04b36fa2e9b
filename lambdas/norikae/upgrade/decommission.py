"""The end of blue: proven to serve nothing, past the point of no return, then taken apart."""

from typing import Any

import msgspec

from norikae.cluster.blue import ensure_gone
from norikae.cluster.site import Site
from norikae.errors import RefusedError
from norikae.ports import Ports
from norikae.singletons.hand_off import still_to_come
from norikae.traffic.applications import reference
from norikae.traffic.moving import Moving
from norikae.traffic.records import TRAFFIC_TYPES, Change
from norikae.traffic.weights import WHOLE
from norikae.upgrade.arrival import arrived
from norikae.upgrade.flags import read_flags
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance, enter, say
from norikae.upgrade.plan import Plan
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import Event

Answer = dict[str, Any]


def decommission_blue(ports: Ports, writer: Writer) -> Answer:
    """Blue is gone: its record sets, its load balancers, its nodes, the cluster.

    It begins with the point of no return: from then on no function raises blue's weight.

    Raises:
        RefusedError: a name that one of blue's Ingresses serves still leads there, planned or not.
    """
    plan = read_plan(ports.table, writer.run).plan
    item = enter(ports, writer, "decommission-blue")
    if not item.point_of_no_return:
        flags = read_flags(ports.table, writer.run)
        if flags.aborted:
            return say(ports, writer, item, "abort", f"aborted by {flags.by or 'an operator'}")
        for planned in plan.applications():
            arrived(ports, writer, planned.name)
        _refuse_while_blue_serves(ports, plan)
        _refuse_while_blue_runs_singletons(ports, writer, plan)
        ports.table.write(writer, "PHASE", msgspec.structs.replace(item, point_of_no_return=True))
        ports.table.log(writer.run, Event(at=ports.now, what="point-of-no-return"))

    def move() -> Progress:
        names = [planned.name for planned in plan.applications()]
        left = [name for name in names if not _blue_records_are_gone(ports, writer, name)]
        if left:
            seconds = ports.environment.dns.propagation_poll
            return Progress.wait(f"Route 53 to forget {plan.blue.name} for {', '.join(left)}", seconds)
        return ensure_gone(Site.of(ports), ports.environment, plan.blue.name)

    return advance(ports, writer, "decommission-blue", ports.environment.clusters.delete_deadline, move)


def _refuse_while_blue_serves(ports: Ports, plan: Plan) -> None:
    """Every public name of every Ingress on blue leads elsewhere, also of those that the plan does not know."""
    ingresses = [reference(one) for one in ports.kubernetes(plan.blue.name).list("ingresses.networking.k8s.io")]
    balancers = {ingress.load_balancer.lower() for ingress in ingresses} - {""}
    hosts = sorted({host for ingress in ingresses for host in ingress.hosts})
    for record in ports.dns.records(hosts, (*TRAFFIC_TYPES, "CNAME")):
        if record.target in balancers and record.weight != 0:
            raise RefusedError(
                f"{record.name} still leads to {plan.blue.name}; deleting it would end that service. Move it to "
                f"{plan.green.name} (a new run, or its own team's change), then resume"
            )


def _refuse_while_blue_runs_singletons(ports: Ports, writer: Writer, plan: Plan) -> None:
    """Everything that was to run on green after the hand-off does."""
    if left := still_to_come(ports, plan):
        enter(ports, writer, "hand-off-singletons")  # where a resume goes on
        raise RefusedError(f"{', '.join(left)} would end with {plan.blue.name}; resume hands it off to green first")


def _blue_records_are_gone(ports: Ports, writer: Writer, application: str) -> bool:
    """Whether nobody is led to blue any more; asks for it at the first look."""
    moving = Moving.read(ports, writer, application)
    if moving.item.blue_is_gone:
        return True
    mine = [one for one in ports.dns.records(moving.planned.hosts) if one.set_identifier == moving.blue]
    if any(record.weight for record in mine):
        raise RefusedError(f"{application}: {moving.blue} still has a weight; nothing of it is deleted")
    if mine:
        comment = f"norikae run={writer.run} application={application} decommission"
        change = ports.dns.change([Change("DELETE", record) for record in mine], comment)
        moving.save(change=change, written={moving.green: WHOLE})
        return False
    if moving.item.change and not ports.dns.is_in_sync(moving.item.change):
        return False
    moving.save(blue_is_gone=True)
    return True
