"""The first state: the request is read, the environment is taken, the plan is written."""

from collections.abc import Mapping
from typing import Any

import msgspec

from norikae.argocd.applications import pinned_revision, read_applications
from norikae.argocd.home import home_of
from norikae.cluster.names import next_name
from norikae.errors import BadRequestError, NotFoundError, RefusedError
from norikae.ports import Ports
from norikae.singletons.inventory import inventory, planned
from norikae.traffic.applications import Application, find_applications
from norikae.traffic.history import too_long
from norikae.upgrade.identity import Writer, run_of_execution
from norikae.upgrade.lease import next_lease
from norikae.upgrade.phase import enter
from norikae.upgrade.plan import Cluster, Plan, PlannedApplication, canonical, group_by_order, plan_hash
from norikae.upgrade.request import UpgradeRequest, parse_request
from norikae.upgrade.state import ClustersItem, Event, Flags, PhaseItem, PlanItem

Answer = dict[str, Any]


def plan_upgrade(ports: Ports, request: Mapping[str, Any], execution: str, execution_name: str) -> Answer:
    """The environment's lease is this execution's and the plan is in the table; the answer is the run's whole state.

    A second attempt of a run takes the plan over as it is, so that what was approved stays what is done.

    Args:
        ports: the world.
        request: the execution's input.
        execution: its ARN.
        execution_name: its name, ``<run>-a<attempt>`` or whatever the console proposed.

    Raises:
        BadRequestError: the request is wrong.
        LeaseHeldError: another run holds the environment.
    """
    environment = ports.environment
    wanted = parse_request(request, environment.environment)
    version = wanted.version or environment.clusters.version
    run, attempt = run_of_execution(execution_name, environment.environment, version)
    writer = _take_environment(ports, execution, run, attempt)
    stored = ports.table.read(run, "PLAN", PlanItem)
    if stored is None:
        stored = _write_plan(ports, writer, wanted, version)
    ended = ports.table.read(run, "PHASE", PhaseItem)
    if ended and ended.outcome in ("succeeded", "planned"):
        raise BadRequestError(f"run {run} has ended ({ended.outcome}); give the execution the name of a new run")
    if attempt > 1:
        ports.table.write_unfenced(run, "FLAGS", Flags())
    enter(ports, writer, "plan-upgrade")
    return {
        **writer.answer(),
        "environment": environment.environment,
        "approvals": {"decommission": environment.approvals.decommission},
        "deadline_seconds": environment.approvals.deadline,
    }


def _take_environment(ports: Ports, execution: str, run: str, attempt: int) -> Writer:
    held = ports.table.lease("")
    status = ports.executions.status(held.holder) if held and held.holder else "UNKNOWN"
    lease = next_lease(held, holder=execution, run=run, holder_status=status)
    if lease != held:
        ports.table.take("", lease, instead_of=held)
    return Writer(run=run, attempt=attempt, token=lease.token)


def _write_plan(ports: Ports, writer: Writer, wanted: UpgradeRequest, version: str) -> PlanItem:
    clusters = ports.table.environment("CLUSTERS", ClustersItem) or ClustersItem(blue=ports.environment.clusters.adopt)
    blue = ports.eks.cluster(clusters.blue)
    if blue is None:
        raise NotFoundError(
            f"blue is {clusters.blue} by the record, but EKS knows no such cluster; correct clusters.adopt in the "
            "environment file (docs/runbook.md, 'EKS knows no such cluster')"
        )
    reserved = clusters.run == writer.run and clusters.green
    green = (
        clusters.green if reserved else next_name(ports.environment.clusters.prefix, version, ports.eks.cluster_names())
    )
    kubernetes, argocd = ports.kubernetes(blue.name), ports.environment.argocd
    found = find_applications(kubernetes.list("ingresses.networking.k8s.io"))
    sources = read_applications(ports.kubernetes(home_of(argocd, blue.name).cluster), argocd)
    plan = Plan(
        run=writer.run,
        environment=ports.environment.environment,
        blue=Cluster(blue.name, blue.version),
        green=Cluster(green, version),
        revision=pinned_revision(kubernetes, argocd.namespace),
        groups=group_by_order(_planned(ports, wanted, found)),
        singletons=planned(inventory(kubernetes, sources), found),
        creates=(
            f"EKS cluster {green}",
            *(f"node group {group.name}" for group in ports.environment.clusters.node_groups),
        ),
        deletes=(f"EKS cluster {blue.name} with its node groups, add-ons and load balancers",),
        dry_run=wanted.dry_run,
    )
    item = PlanItem(plan, plan_hash(plan))
    ports.table.write_environment(
        writer, "CLUSTERS", msgspec.structs.replace(clusters, green="" if wanted.dry_run else green, run=writer.run)
    )
    ports.table.write(writer, "PLAN", item)
    ports.evidence.keep(f"{writer.run}/plan.json", msgspec.json.decode(canonical(plan)))
    detail = {"hash": item.hash, "reason": wanted.reason, "green": green}
    ports.table.log(writer.run, Event(at=ports.now, what="planned", by=wanted.requested_by, detail=detail))
    return item


def _planned(
    ports: Ports, wanted: UpgradeRequest, found: tuple[Application, ...]
) -> list[tuple[Application, PlannedApplication]]:
    unknown = sorted(set(wanted.applications) - {one.name for one in found})
    if unknown:
        raise BadRequestError(
            f"input: applications: {', '.join(unknown)}: no Ingress on blue declares them; "
            f"there are: {', '.join(one.name for one in found)}"
        )
    shift = ports.environment.shift
    chosen = [one for one in found if not wanted.applications or one.name in wanted.applications]
    planned = [
        PlannedApplication(
            name=one.name,
            team=one.team,
            hosts=one.hosts,
            steps=one.steps or shift.steps,
            bake_seconds=shift.bake if one.bake_seconds is None else one.bake_seconds,
            gates=one.gates or shift.gates,
            sources=one.sources,
            probe=one.probe,
        )
        for one in chosen
    ]
    for one in planned:
        if wrong := too_long(shift, ports.environment.dns, steps=len(one.steps), bake_seconds=one.bake_seconds):
            raise RefusedError(
                f"{one.name}: {wrong}; shorten norikae.dev/bake or take fewer norikae.dev/steps, or raise shift.poll"
            )
    return list(zip(chosen, planned, strict=True))
