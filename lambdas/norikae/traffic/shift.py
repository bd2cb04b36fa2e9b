"""One application moves to green: set a weight, verify it; ``prepare.py`` has the beginning and the end.

Each function is one Task of the shift machine. It reads the world, makes at most one move and says what follows, so
it may run twice, late, or again after a crash. The gates are in ``norikae/gates``, the way back in ``rollback.py``.
"""

from typing import Any

from norikae.errors import AbortedError, ForeignWriteError, RefusedError
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome
from norikae.ports import Ports
from norikae.traffic.applications import Application, find_applications
from norikae.traffic.by_hand import batch_by_hand
from norikae.traffic.hotfix import synced_on_green
from norikae.traffic.locks import lock
from norikae.traffic.moving import Moving, pause_while_pending
from norikae.traffic.weights import Side, batch_to, once_more, weights_of
from norikae.upgrade.identity import Writer
from norikae.upgrade.state import Flags, ServedBy

Answer = dict[str, Any]


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
        AbortedError: somebody sent the application back meanwhile.
        RefusedError: green serves a name of the application nowhere or is not healthy, or somebody holds it.
    """
    moving = Moving.read(ports, writer, application)
    _refuse_if_told_otherwise(moving)
    records = moving.records()
    served, green = _served_by_green(moving)
    changes = batch_to(records, blue=moving.blue_set, green=green, weight=weight, take=moving.take)
    if moving.declares and weights_of(records) == moving.shares(weight):
        changes = ()
    answer = {"retry_after_seconds": ports.environment.dns.propagation_poll}
    if not changes and moving.item.change and moving.item.intended == weight:
        return {**answer, "change": moving.item.change}
    _refuse_unless_green_is_healthy(moving, served)
    revisions = synced_on_green(moving)
    moving = _noted(moving, green)
    moving = moving.intends(weight, written=weights_of(records), green=served, revisions=revisions, backwards=False)
    change = moving.write(records, changes or once_more(records), moving.shares(weight), f"weight={weight}")
    moving.save(change=change, changed_at=ports.now, inconclusive=0)
    moving.note("weight-written", weight=weight, change=change)
    return {**answer, "change": change}


def verify_weights(ports: Ports, writer: Writer, application: str, weight: int, change: str) -> Answer:
    """The weights are in force and are what was written; the bake begins.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        weight: green's share that was written.
        change: what ``set_weights`` answered.

    Raises:
        ForeignWriteError: the records read back differ.
        RefusedError: the change stays PENDING for longer than the environment tolerates.
    """
    moving = Moving.read(ports, writer, application)
    _refuse_if_aborted(moving.flags())
    if not moving.is_in_force(moving.shares(weight)):
        return {"next": "wait", "change": change, "retry_after_seconds": pause_while_pending(moving)}
    served = weights_of(moving.records())
    if served != moving.shares(weight):
        raise ForeignWriteError(f"{moving.planned.hosts[0]} was set to {moving.shares(weight)} but reads {served}")
    if moving.item.verified_at is None:
        steps = (*moving.item.steps, (ports.now, weight))
        moving = moving.saved(written=served, weight=weight, verified_at=ports.now, steps=steps)
        moving.note("weight-in-force", weight=weight)
    lock(moving)
    return {"next": "bake"}


def _refuse_if_told_otherwise(moving: Moving) -> None:
    """No further step once somebody said abort, hold or pause, whenever that was."""
    flags = moving.flags()
    _refuse_if_aborted(flags)
    if flags.paused:
        raise RefusedError("an operator holds the application or paused the run")


def _refuse_if_aborted(flags: Flags) -> None:
    if flags.aborted:
        raise AbortedError(f"aborted by {flags.by or 'an operator'} before the weight was in force")


def _refuse_unless_green_is_healthy(moving: Moving, served: tuple[ServedBy, ...]) -> None:
    verdict = target_health(moving.health(served), moving.ports.environment.shift.thresholds.target_health)
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
    return moving.saved(blue=served, targets={group.target_group: group.healthy for group in moving.health(served)})


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
    return served, Side(cluster=moving.green_set, targets=targets)
