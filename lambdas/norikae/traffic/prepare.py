"""The beginning and the end of a shift: who may move the application, from which weight on, and what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from norikae.errors import BadRequestError
from norikae.notify.tell import tell
from norikae.ports import Ports
from norikae.traffic.locks import unlock
from norikae.traffic.moving import Moving
from norikae.traffic.release import forget_question, wait_for_team
from norikae.traffic.turn import not_its_turn
from norikae.traffic.weights import WHOLE
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import take_lease
from norikae.upgrade.state import ClustersItem

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
    writer = replace(writer, application=moving.planned.name, lease=lease.token)
    moving = Moving.read(ports, writer, moving.planned.name)  # anew: another shift may have ended just before
    if moving.planned.owner != "controller":
        from norikae.traffic.learn import learnt  # noqa: PLC0415 - names of norikae's own need no survey

        moving = learnt(moving)
    records = moving.records()
    weight = moving.green_weight(records)
    # Nothing of ours is in force: what a way back restores is what is there now, not before an earlier attempt.
    anew = not moving.item.written and not weight
    arrived = moving.item.outcome == "moved" and weight == WHOLE
    moving = moving.saved(
        outcome="moved" if arrived else "shifting",
        snapshot=moving.item.snapshot if moving.item.snapshot and not anew else tuple(dict(one.raw) for one in records),
        blue=() if anew else moving.item.blue,
        inconclusive=0,
        rebaked=0,
        gates=moving.item.gates if arrived else {},
        verified_at=moving.item.verified_at if arrived else None,
    )
    return {
        **moving.writer.answer(),
        "poll_seconds": ports.environment.shift.poll,
        "deadline_seconds": ports.environment.approvals.deadline,
        "progress": _where_to_go_on(moving, weight),
    }


def finish_shift(ports: Ports, writer: Writer, application: str, execution: str) -> Answer:
    """The outcome is recorded and the application's lease is free."""
    moving = Moving.read(ports, writer, application)
    forget_question(moving)
    outcome = "held" if moving.item.outcome in ("waiting", "shifting") else moving.item.outcome
    if outcome != moving.item.outcome:
        moving = moving.saved(outcome=outcome)
    if outcome != "moved":  # what has moved stays locked while it soaks
        unlock(moving)
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
    return (
        not_its_turn(moving, weight)
        or wait_for_team(moving)
        or {"next": "step", "weight": weight or moving.next_weight(0)}
    )
