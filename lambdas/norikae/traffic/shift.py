"""One application moves to green: prepare, set a weight, verify it, finish.

Each function is one Task of the shift machine. It reads the world, makes at most one move and says what follows, so
it may run twice, late, or again after a crash. The gates are in ``norikae/gates``, the way back in ``rollback.py``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from norikae.errors import BadRequestError, ForeignWriteError, RefusedError
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome
from norikae.notify.tell import tell
from norikae.ports import Ports
from norikae.traffic.applications import Application, find_applications
from norikae.traffic.by_hand import batch_by_hand
from norikae.traffic.hotfix import synced_on_green
from norikae.traffic.moving import Moving, pause_while_pending
from norikae.traffic.release import forget_question, wait_for_team
from norikae.traffic.weights import WHOLE, Side, batch_to, green_weight, once_more, weights_of
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import take_lease
from norikae.upgrade.state import ClustersItem, ServedBy

Answer = dict[str, Any]


def prepare_shift(ports: Ports, request: Mapping[str, Any], execution: str) -> Answer:
    """The application's lease is this execution's, its original records are kept, and the next weight is known.

    Args:
        ports: the world.
        request: ``application``, and from the upgrade machine also run, attempt and token.
        execution: ARN of this execution.

    Raises:
        BadRequestError: the application is not part of a run.
        LeaseHeldError: another shift moves it.
        ForeignWriteError: its records are not what a shift can start from.
    """
    writer = Writer.of(request) if "run" in request else _open_run(ports)
    moving = Moving.read(ports, writer, str(request.get("application", "")))
    lease = take_lease(ports, moving.planned.name, execution, writer.run)
    moving = replace(moving, writer=replace(writer, application=moving.planned.name, lease=lease.token))
    records = moving.records()
    weight = green_weight(weights_of(records), moving.blue, moving.green)
    arrived = moving.item.outcome == "moved" and weight == WHOLE
    moving = moving.saved(
        outcome="moved" if arrived else "shifting",
        snapshot=moving.item.snapshot or tuple(dict(record.raw) for record in records),
        inconclusive=0,
        rebaked=0,
        verified_at=moving.item.verified_at if arrived else None,
    )
    return {
        **moving.writer.answer(),
        "poll_seconds": ports.environment.shift.poll,
        "deadline_seconds": ports.environment.approvals.deadline,
        "on_failure": ports.environment.shift.on_failure,
        "progress": _where_to_go_on(moving, weight),
    }


def set_weights(ports: Ports, writer: Writer, application: str, weight: int) -> Answer:
    """Green has the weight and blue the rest, in Route 53's books; ``verify_weights`` says when it is in force.

    The intent is written before the batch and the change's id after it. A run that died between the two finds records
    that already are as intended; it writes the same records once more, because only a change of our own can be asked
    for INSYNC.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        weight: green's share in percent.

    Raises:
        ForeignWriteError: somebody else wrote to the records.
        RefusedError: green serves a name of the application nowhere.
    """
    moving = Moving.read(ports, writer, application)
    records = moving.records()
    served, green = _served_by_green(moving)
    changes = batch_to(records, blue=moving.blue, green=green, weight=weight)
    answer = {"retry_after_seconds": ports.environment.dns.propagation_poll}
    if not changes and moving.item.change:
        return {**answer, "change": moving.item.change}
    _refuse_unless_green_is_healthy(moving, served)
    revisions = synced_on_green(moving)
    moving = _noted(moving, green)
    moving = moving.saved(
        intended=weight, change="", green=served, verified_at=None, revisions=revisions, backwards=False
    )
    comment = f"norikae run={writer.run} application={application} weight={weight}"
    change = ports.dns.change(changes or once_more(records), comment)
    moving.save(written=moving.shares(weight), change=change, changed_at=ports.now, inconclusive=0)
    moving.note("weight-written", weight=weight, change=change)
    return {**answer, "change": change}


def verify_weights(ports: Ports, writer: Writer, application: str, weight: int, change: str) -> Answer:
    """The weights are in force and are what was written; the bake begins.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        weight: green's share that was written.
        change: Route 53's id of the change.

    Raises:
        ForeignWriteError: the records read back differ.
        RefusedError: the change stays PENDING for longer than the environment tolerates.
    """
    moving = Moving.read(ports, writer, application)
    if not ports.dns.is_in_sync(change):
        return {"next": "wait", "change": change, "retry_after_seconds": pause_while_pending(moving)}
    served = weights_of(moving.records())
    if served != moving.shares(weight):
        raise ForeignWriteError(f"{moving.planned.hosts[0]} was set to {moving.shares(weight)} but reads {served}")
    if moving.item.verified_at is None:
        moving.save(weight=weight, verified_at=ports.now, steps=(*moving.item.steps, (ports.now, weight)))
        moving.note("weight-in-force", weight=weight)
    return {"next": "bake"}


def finish_shift(ports: Ports, writer: Writer, application: str, execution: str) -> Answer:
    """The outcome is recorded and the application's lease is free."""
    moving = Moving.read(ports, writer, application)
    forget_question(moving)
    outcome = "held" if moving.item.outcome in ("waiting", "shifting") else moving.item.outcome
    if outcome != moving.item.outcome:
        moving.save(outcome=outcome)
    ports.table.release(application, execution)
    tell(
        ports,
        f"application-{outcome}",
        f"{application}: {outcome}",
        run=writer.run,
        severity="info" if outcome == "moved" else "action",
        application=application,
        weight=moving.item.weight,
        reason=moving.item.reason,
    )
    return {"application": application, "outcome": outcome, "weight": moving.item.weight}


def _open_run(ports: Ports) -> Writer:
    clusters = ports.table.environment("CLUSTERS", ClustersItem)
    lease = ports.table.lease("")
    if not clusters or not clusters.run or not lease or lease.run != clusters.run:
        name = ports.environment.environment
        raise BadRequestError(f"no run of {name} is open; start the upgrade machine first, then shift applications")
    return Writer(run=clusters.run, attempt=0, token=lease.token)


def _where_to_go_on(moving: Moving, weight: int) -> Answer:
    flags = moving.flags()
    if flags.aborted:
        return {"next": "roll-back", "weight": weight}
    if moving.item.outcome == "moved":
        return {"next": "finish", "weight": weight}
    if flags.paused:
        return {"next": "hold", "weight": weight, "waiting_for": f"paused by {flags.by or 'an operator'}"}
    # A weight that is in force is written, verified and baked once more: whoever set it, no gate is skipped.
    return wait_for_team(moving) or {"next": "step", "weight": weight or moving.next_weight(0)}


def _refuse_unless_green_is_healthy(moving: Moving, served: tuple[ServedBy, ...]) -> None:
    health = moving.ports.load_balancers.health
    groups = [group for one in served for group in health(one.load_balancer, one.resources)]
    verdict = target_health(groups, moving.ports.environment.shift.thresholds.target_health)
    if verdict.outcome is not Outcome.PASS:
        raise RefusedError(f"{moving.planned.name} gets no weight on green: {verdict.reason}; repair it, then resume")


def _noted(moving: Moving, green: Side) -> Moving:
    """Before the first weight: what blue has is noted, and the batch that undoes everything by hand is kept."""
    batch = batch_by_hand(moving.snapshot(), green)
    moving.ports.table.write(moving.writer, f"RESTORE#{moving.planned.name}", batch)
    mine = None if moving.item.blue else _application_on(moving, moving.blue)
    if mine is None:
        return moving
    served = tuple(ServedBy(one.load_balancer, one.resources) for one in mine.ingresses)
    groups = [group for one in served for group in moving.ports.load_balancers.health(one.load_balancer, one.resources)]
    return moving.saved(blue=served, targets={group.target_group: group.healthy for group in groups})


def _application_on(moving: Moving, cluster: str) -> Application | None:
    ingresses = moving.ports.kubernetes(cluster).list("ingresses.networking.k8s.io")
    return next((one for one in find_applications(ingresses) if one.name == moving.planned.name), None)


def _served_by_green(moving: Moving) -> tuple[tuple[ServedBy, ...], Side]:
    mine = _application_on(moving, moving.green)
    if mine is None or mine.hosts != moving.planned.hosts:
        raise RefusedError(
            f"{moving.planned.name} is planned with {', '.join(moving.planned.hosts)}, but green's Ingresses serve "
            f"{', '.join(mine.hosts) if mine else 'none of them'}; sync the application on {moving.green}, then resume"
        )
    balancers = moving.ports.load_balancers.targets(sorted({one.load_balancer for one in mine.ingresses} - {""}))
    targets = {
        host: balancers[one.load_balancer]
        for one in mine.ingresses
        for host in one.hosts
        if one.load_balancer in balancers
    }
    missing = sorted(set(moving.planned.hosts) - set(targets))
    if missing:
        raise RefusedError(f"{moving.green} has no active load balancer for {', '.join(missing)}; it gets no weight")
    served = tuple(ServedBy(one.load_balancer, one.resources, one.hosts) for one in mine.ingresses)
    return served, Side(cluster=moving.green, targets=targets)
