"""The way back to blue: only to a blue that answers, to the original records, and proven by reading them."""

from typing import Any

from norikae.errors import RefusedError, RollbackRefusedError
from norikae.ports import Ports
from norikae.singletons.hand_off import hand_back
from norikae.traffic.moving import Moving, refuse_if_pending_too_long
from norikae.traffic.weights import WHOLE, batch_back, once_more
from norikae.upgrade.identity import Writer
from norikae.upgrade.state import PhaseItem

Answer = dict[str, Any]


def roll_back_application(ports: Ports, writer: Writer, application: str) -> Answer:
    """One more move towards blue: first the records, then what must not run twice; ``go-on`` when all is back.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.

    Raises:
        RefusedError: as ``roll_back_records``, or a singleton does not come back.
    """
    answer = roll_back_records(ports, writer, application)
    if answer["next"] == "wait":
        return answer
    progress = hand_back(ports, writer, (application,))
    if progress.ready:
        return answer
    return progress.answer()


def roll_back_records(ports: Ports, writer: Writer, application: str) -> Answer:
    """One more move towards the record sets from before the shift; ``go-on`` when they are in force.

    Nothing here waits for a cluster: public names go back even when no API server answers.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.

    Raises:
        RollbackRefusedError: nothing healthy would answer on blue; green keeps the traffic.
        RefusedError: decommission has begun, so nothing raises blue's weight any more.
        ForeignWriteError: somebody else wrote to the records.
    """
    moving = Moving.read(ports, writer, application)
    if not moving.item.snapshot:
        return _rolled_back(moving)
    records = moving.records()
    changes = batch_back(records, moving.snapshot())
    if not changes and moving.item.written and not moving.item.change:
        changes = once_more(records)  # the answer was lost; only a change of our own can be asked for INSYNC
    wait = {"next": "wait", "retry_after_seconds": ports.environment.dns.propagation_poll}
    if not changes and moving.item.change and moving.item.intended == 0:
        if ports.dns.is_in_sync(moving.item.change):
            return _rolled_back(moving)
        refuse_if_pending_too_long(moving)
        return wait
    if not changes:
        return _rolled_back(moving)
    _refuse_unless_blue_answers(moving)
    moving.save(outcome="shifting", intended=0, change="", verified_at=None)
    change = ports.dns.change(changes, f"norikae run={writer.run} application={application} rollback")
    moving.save(
        outcome="shifting", intended=0, written=moving.shares(0), change=change, changed_at=ports.now, verified_at=None
    )
    moving.note("rollback-written", change=change)
    return wait


def _rolled_back(moving: Moving) -> Answer:
    if moving.item.outcome != "rolled-back":
        moving.save(
            outcome="rolled-back", weight=0, intended=0, written={}, steps=(*moving.item.steps, (moving.ports.now, 0))
        )
        moving.note("rolled-back")
    return {"next": "go-on"}


def _refuse_unless_blue_answers(moving: Moving) -> None:
    phase = moving.ports.table.read(moving.writer.run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun; nothing raises blue's weight any more (docs/runbook.md)")
    targets = {record.target for record in moving.snapshot() if record.set_identifier == moving.blue and record.weight}
    for balancer in sorted(targets):
        groups = moving.ports.load_balancers.health(balancer, None)
        if not any(group.healthy for group in groups):
            raise RollbackRefusedError(
                f"{balancer} of {moving.blue} has no healthy target for {moving.planned.name}; green keeps "
                f"{moving.item.weight} of {WHOLE}; repair blue, then resume"
            )
