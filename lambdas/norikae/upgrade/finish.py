"""After the last weight: soak, decommission, and the three ways in which a run ends."""

from collections.abc import Mapping
from typing import Any

import msgspec

from norikae.approvals.ask import reason_of
from norikae.cluster.blue import ensure_gone
from norikae.cluster.site import Site
from norikae.errors import RefusedError
from norikae.gates.judge import green_health
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome as GateOutcome
from norikae.ports import Ports
from norikae.report.run_report import keep_report
from norikae.singletons.hand_off import hand_back, still_to_come
from norikae.traffic.applications import reference
from norikae.traffic.moving import Moving
from norikae.traffic.records import TRAFFIC_TYPES, Change
from norikae.traffic.rollback import roll_back_records
from norikae.traffic.weights import WHOLE, green_weight, weights_of
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance, close, enter, say
from norikae.upgrade.plan import Plan
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.rolled_back import forget_green
from norikae.upgrade.state import AppItem, ApprovalItem, ClustersItem, Event, Flags, Outcome, PhaseItem

Answer = dict[str, Any]


def soak(ports: Ports, writer: Writer) -> Answer:
    """Every application has been at 100 on a healthy green for the whole soak.

    Raises:
        RefusedError: an application is not wholly on green, or green is not healthy; the run holds with both clusters.
    """
    plan = read_plan(ports.table, writer.run).plan

    def look() -> Progress:
        arrived = [_arrived(ports, writer, name.name) for name in plan.applications()]
        since = max((at for at in arrived), default=ports.now)
        left = since + ports.environment.soak.duration - ports.now
        if left <= 0:
            return Progress.done()
        return Progress.wait(f"{left:.0f} s of the soak are left", min(ports.environment.soak.poll, int(left) + 1))

    return advance(ports, writer, "soak", ports.environment.soak.duration + 2 * ports.environment.soak.poll, look)


def decommission_blue(ports: Ports, writer: Writer) -> Answer:
    """Blue is gone: its record sets, its load balancers, its nodes, the cluster.

    It begins with the point of no return: from then on no function raises blue's weight.

    Raises:
        RefusedError: a name that one of blue's Ingresses serves still leads there, planned or not.
    """
    plan = read_plan(ports.table, writer.run).plan
    item = enter(ports, writer, "decommission-blue")
    if not item.point_of_no_return:
        flags = ports.table.read(writer.run, "FLAGS", Flags) or Flags()
        if flags.aborted:
            return say(ports, writer, item, "abort", f"aborted by {flags.by or 'an operator'}")
        for planned in plan.applications():
            _arrived(ports, writer, planned.name)
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


def finish_upgrade(ports: Ports, writer: Writer, execution: str) -> Answer:
    """The run has succeeded (or its dry run is written): the record says who is blue now, the lease is free."""
    plan = read_plan(ports.table, writer.run).plan
    outcome: Outcome = "planned" if plan.dry_run else "succeeded"
    if not plan.dry_run:
        ports.table.write_environment(writer, "CLUSTERS", ClustersItem(blue=plan.green.name, run=writer.run))
    return _end(ports, writer, execution, outcome, "")


def report_failure(ports: Ports, state: Mapping[str, Any], execution: str) -> Answer:
    """The run has ended otherwise: refused, rolled back or failed; recorded, told, and the lease is free.

    Args:
        ports: the world.
        state: the machine's state, for the error and the run; without a run only the error is told.
        execution: ARN of the execution.
    """
    reason = reason_of(state)
    if "token" not in state:
        return _without_a_run(ports, execution, reason)
    writer = Writer.of(state)
    rolled_back = [one for one in ports.table.read_all(writer.run, "APP#", AppItem) if one.outcome == "rolled-back"]
    phase = ports.table.read(writer.run, "PHASE", PhaseItem)
    flags = ports.table.read(writer.run, "FLAGS", Flags) or Flags()
    began = any(span.name == "ensure-green-cluster" for span in (phase.spans if phase else ()))
    outcome: Outcome = "refused" if not began else "rolled-back" if rolled_back or flags.aborted else "failed"
    if outcome == "rolled-back":
        forget_green(ports, writer)
    _end(ports, writer, execution, outcome, reason)
    return {"error": f"Upgrade{outcome.title().replace('-', '')}", "cause": reason or outcome}


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


def _arrived(ports: Ports, writer: Writer, application: str) -> float:
    """When the application was seen at 100 on green; refuses when it is not there (any more) or not healthy."""
    moving = Moving.read(ports, writer, application)
    weight = green_weight(weights_of(moving.records()), moving.blue, moving.green)
    if moving.item.outcome != "moved" or weight != WHOLE or moving.item.verified_at is None:
        enter(ports, writer, "shift-applications")  # so that a resume moves what has not moved, before it soaks again
        raise RefusedError(
            f"{application} has {weight} of {WHOLE} on green ({moving.item.outcome}); both clusters are kept: "
            "move it (resume) or abort"
        )
    verdict = target_health(green_health(moving), ports.environment.shift.thresholds.target_health)
    if verdict.outcome is not GateOutcome.PASS:
        raise RefusedError(f"{application} is not healthy on green: {verdict.reason}; repair it, then resume, or abort")
    return moving.item.verified_at


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


def _end(ports: Ports, writer: Writer, execution: str, outcome: Outcome, reason: str) -> Answer:
    close(ports, writer, outcome=outcome, waiting_for=reason)
    for waiting in ports.table.read_all(writer.run, "APPROVAL#", ApprovalItem):
        ports.table.delete(writer.run, f"APPROVAL#{waiting.subject}")
    where = keep_report(ports, writer.run)
    message = {"event": f"upgrade-{outcome}", "run": writer.run, "reason": reason, "report": where}
    ports.topic.tell(f"run {writer.run}: {outcome}", message)
    ports.table.release("", execution)
    return {"run": writer.run, "outcome": outcome, "report": where}


def _without_a_run(ports: Ports, execution: str, reason: str) -> Answer:
    ports.topic.tell("a run was refused", {"event": "upgrade-refused", "execution": execution, "reason": reason})
    ports.table.release("", execution)
    return {"error": "UpgradeRefused", "cause": reason}
