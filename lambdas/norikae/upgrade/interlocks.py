"""What has to be true right before blue's end begins, read from the world at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.home import home_of
from norikae.argocd.hub import refuse_generated_on_hub
from norikae.cluster.blue import refuse_foreign
from norikae.errors import RefusedError
from norikae.singletons.hand_off import still_to_come
from norikae.traffic.applications import reference
from norikae.traffic.records import TRAFFIC_TYPES
from norikae.upgrade.arrival import still_leased
from norikae.upgrade.phase import enter
from norikae.upgrade.quiet import quiet
from norikae.upgrade.soaked import soak_left
from norikae.upgrade.state import ApprovedItem

if TYPE_CHECKING:
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan
    from norikae.upgrade.progress import Progress
    from norikae.upgrade.state import PlanItem


def may_begin(ports: Ports, writer: Writer, stored: PlanItem) -> Progress:
    """Blue's end may begin: approved, soaked, serving nobody, and nobody talks to it; that last one is waited for.

    Args:
        ports: the world, which is only read.
        writer: in whose name; every write of its run is refused once another execution has the environment's lease.
        stored: the plan with its hash.

    Raises:
        RefusedError: anything else is not as it has to be; the run holds with both clusters.
    """
    plan = stored.plan
    _refuse_unapproved(ports, writer, stored)
    _refuse_before_the_soak_is_over(ports, writer, plan)
    _refuse_while_applications_shift(ports, plan)
    _refuse_while_blue_serves(ports, plan)
    _refuse_while_names_are_leased(ports, writer, plan)
    _refuse_while_blue_runs_singletons(ports, writer, plan)
    _refuse_clusters(ports, plan)
    return quiet(ports, plan.blue.name)


def _refuse_unapproved(ports: Ports, writer: Writer, stored: PlanItem) -> None:
    """A person has said yes to exactly this plan, also when another attempt of the run was asked."""
    if ports.environment.approvals.decommission == "none":
        return
    approved = ports.table.read(writer.run, "APPROVED#decommission", ApprovedItem)
    if approved is None or approved.plan_hash != stored.hash:
        enter(ports, writer, "request-decommission-approval")  # where a resume asks
        raise RefusedError(
            f"nobody has approved that {stored.plan.blue.name} is deleted by the plan with hash {stored.hash}; resume "
            "asks"
        )


def _refuse_before_the_soak_is_over(ports: Ports, writer: Writer, plan: Plan) -> None:
    """Every application is at 100 now and has been for the whole soak, also while a person was asked."""
    left = soak_left(ports, writer, plan)
    if left > 0:
        enter(ports, writer, "soak")  # where a resume goes on
        raise RefusedError(f"{left:.0f} s of the soak are left, since a weight changed or green was not well; resume")


def _refuse_while_applications_shift(ports: Ports, plan: Plan) -> None:
    for planned in plan.applications():
        held = ports.table.lease(planned.name)
        if held and held.holder:
            raise RefusedError(f"{planned.name} is being shifted by {held.holder}; let it end, then resume")


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


def _refuse_while_names_are_leased(ports: Ports, writer: Writer, plan: Plan) -> None:
    """Whoever owned the names before owns them again, or nobody would look after them once this run is over."""
    if left := still_leased(ports, writer, plan):
        enter(ports, writer, "soak")  # where a resume gives them back
        raise RefusedError(f"{', '.join(left)}; commit these weights, then resume")


def _refuse_while_blue_runs_singletons(ports: Ports, writer: Writer, plan: Plan) -> None:
    """Everything that was to run on green after the hand-off does."""
    if left := still_to_come(ports, plan):
        enter(ports, writer, "hand-off-singletons")  # where a resume goes on
        raise RefusedError(f"{', '.join(left)} would end with {plan.blue.name}; resume hands it off to green first")


def _refuse_clusters(ports: Ports, plan: Plan) -> None:
    """Green stands, blue is ours to take away, and no Argo CD would bring blue's applications back."""
    green, blue = ports.eks.cluster(plan.green.name), ports.eks.cluster(plan.blue.name)
    if green is None or green.status != "ACTIVE":
        status = green.status if green else "gone"
        raise RefusedError(f"{plan.green.name} is {status}; {plan.blue.name} is kept until green is ACTIVE")
    if blue is not None:
        refuse_foreign(blue, ports.environment)
    home = home_of(ports.environment.argocd, plan.blue.name)
    if home.is_central:
        endpoint = blue.endpoint if blue else ""
        refuse_generated_on_hub(ports.kubernetes(home.cluster), ports.environment.argocd, home, endpoint)
