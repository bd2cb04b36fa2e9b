"""The first state: the request is read, the environment is taken, the plan is written."""

from collections.abc import Mapping
from typing import Any

import msgspec

from norikae.errors import BadRequestError
from norikae.ports import Ports
from norikae.upgrade.identity import Writer, run_of_execution
from norikae.upgrade.lease import take_lease
from norikae.upgrade.no_return import refuse_another_run
from norikae.upgrade.outline import outline
from norikae.upgrade.phase import enter
from norikae.upgrade.plan import canonical, plan_hash
from norikae.upgrade.ports import read_clusters
from norikae.upgrade.request import UpgradeRequest, parse_request
from norikae.upgrade.state import Event, PhaseItem, PlanItem

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
        RefusedError: another run has taken blue apart in part.
    """
    environment = ports.environment
    wanted = parse_request(request, environment.environment)
    version = wanted.version or environment.clusters.version
    run, attempt = run_of_execution(execution_name, environment.environment, version)
    writer = Writer(run=run, attempt=attempt, token=take_lease(ports, "", execution, run).token)
    stored = ports.table.read(run, "PLAN", PlanItem)
    if stored is None:
        refuse_another_run(ports.table, run)
        stored = _write_plan(ports, writer, wanted, version)
    ended = ports.table.read(run, "PHASE", PhaseItem)
    if ended and ended.outcome in ("succeeded", "planned"):
        raise BadRequestError(f"run {run} has ended ({ended.outcome}); give the execution the name of a new run")
    enter(ports, writer, "plan-upgrade")
    return {
        **writer.answer(),
        "environment": environment.environment,
        "approvals": {"decommission": environment.approvals.decommission},
        "deadline_seconds": environment.approvals.deadline,
    }


def _write_plan(ports: Ports, writer: Writer, wanted: UpgradeRequest, version: str) -> PlanItem:
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    plan = outline(ports, writer.run, wanted, version, clusters)
    item = PlanItem(plan, plan_hash(plan))
    reserved = "" if plan.dry_run else plan.green.name
    ports.table.write_environment(writer, "CLUSTERS", msgspec.structs.replace(clusters, green=reserved, run=writer.run))
    ports.table.write(writer, "PLAN", item)
    ports.evidence.keep(f"{writer.run}/plan.json", msgspec.json.decode(canonical(plan)))
    detail = {"hash": item.hash, "reason": wanted.reason, "green": plan.green.name}
    ports.table.log(writer.run, Event(at=ports.now, what="planned", by=wanted.requested_by, detail=detail))
    return item
