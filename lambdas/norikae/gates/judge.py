"""One look during a bake: flags and gates are read, one pure decision follows, and it is written down."""

from dataclasses import replace
from typing import Any

import msgspec

from norikae.errors import TransientError
from norikae.gates.decision import Decision, Look, decide
from norikae.gates.verdict import Outcome, Verdict, worst
from norikae.gates.verdicts import Judged, judged
from norikae.ports import Ports
from norikae.traffic.drift import drift, is_time_to_read, left_behind
from norikae.traffic.history import BAKES_ANEW, LOOKS_AT_DRAINS, whole_bake
from norikae.traffic.moving import Moving
from norikae.upgrade.flags import skipped_gates
from norikae.upgrade.identity import Writer
from norikae.upgrade.state import SkippedGate

Answer = dict[str, Any]
HOTFIX = "hotfix"
COMMANDS = {"hold": "pause", "roll-back-all": "abort"}
"""What the state machine says to the run when a gate has failed, by ``shift.on_failure``."""


def judge_gates(ports: Ports, writer: Writer, application: str, weight: int) -> Answer:
    """What the shift does next, decided from flags, gates and the time that the weight has been in force.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        weight: green's share that bakes.
    """
    moving = Moving.read(ports, writer, application)
    flags = moving.flags()
    since = moving.item.verified_at or ports.now
    # An operator who wants everything back waits for no gate.
    gates = () if flags.aborted else (*moving.planned.gates, *ports.environment.shift.background)
    skipped = skipped_gates(flags, application, writer.lease)
    found = judged(moving, [kind for kind in gates if kind not in skipped], since)
    found = Judged((*found.verdicts, *(_skipped(skipped[kind]) for kind in gates if kind in skipped)), found.counts)
    held = flags.paused
    if not (flags.aborted or held or worst(found.verdicts).outcome is Outcome.FAIL):
        # Only now is Kubernetes asked: the way back never waits for it.
        fresh = _since_last_sync(moving)
        if isinstance(fresh, Decision):
            return _answer(moving, fresh, weight)
        found = Judged((*found.verdicts, *fresh), found.counts)
    decision = decide(
        Look(
            aborted=flags.aborted,
            held=held,
            bake_left_seconds=since + _bake(moving) - ports.now,
            verdicts=found.verdicts,
            inconclusive=moving.item.inconclusive,
            inconclusive_limit=ports.environment.shift.thresholds.inconclusive_limit,
            next_weight=moving.next_weight(weight),
        )
    )
    if decision.next in {"step", "finish"}:
        decision = _unless_green_is_drained(moving, decision)
    if decision.next == "step":
        decision = _unless_secrets_lag(moving, decision)
    read = _is_time_to_read(moving, decision)
    if read and (contested := drift(moving)):
        return {"next": "contested", "weight": weight, "waiting_for": contested}
    if read and (elsewhere := left_behind(moving)):
        return {"next": "hold", "weight": weight, "waiting_for": elsewhere}
    _write_down(moving, decision, found, passed=weight, read=read)
    command = COMMANDS.get(ports.environment.shift.on_failure)
    if decision.next == "roll-back" and command and not flags.aborted:
        return {**_answer(moving, decision, weight), "next": "stop-run", "command": command}
    return _answer(moving, decision, weight)


def background_verdict(moving: Moving, begin: float) -> Verdict:
    """What the background gates say of an application that is wholly on green; a pass when there are none.

    What was counted is written down, so that a look that is done again decides the same.

    Args:
        moving: the application.
        begin: from when it counts, in seconds since the epoch; after a hold it counts anew.
    """
    background = moving.ports.environment.shift.background
    if not background:
        return Verdict("background", Outcome.PASS, "no background gates")
    found = judged(moving, background, moving.item.verified_at or moving.ports.now, begin)
    _keep(moving, found.counts)
    return worst(found.verdicts)


def _skipped(one: SkippedGate) -> Verdict:
    """A gate that somebody has let the application pass without says so instead of what it would have said."""
    why = f" ({one.reason})" if one.reason else ""
    return Verdict(one.gate, Outcome.PASS, f"skipped by {one.by or 'an operator'}{why}")


def _unless_green_is_drained(moving: Moving, decision: Decision) -> Decision:
    """The decision to go on, unless too many of green's nodes are being drained: then this look was none.

    It counts as no failure and as no inconclusive look; after so many that one shift has room for, the weight stays.
    """
    from norikae.drain.busy import too_many_drains  # noqa: PLC0415 - only a look that would go on asks

    why = too_many_drains(moving.ports, moving.green)
    return _waits(moving, why, "they have gone") if why else decision


def _unless_secrets_lag(moving: Moving, decision: Decision) -> Decision:
    """The decision to take a step, unless a secret of the application has not reached both clusters: as above.

    Who is at 100 already gets no more traffic, so the end of a shift waits for nothing.
    """
    if not moving.ports.environment.secret_sync.secrets:
        return decision
    from norikae.secret_sync.gate import behind  # noqa: PLC0415 - only a look that would go on asks

    served = (*moving.item.blue, *moving.item.green)
    namespaces = {resource.partition("/")[0] for one in served for resource in one.resources}
    why = behind(moving.ports, (moving.blue, moving.green), namespaces)
    return _waits(moving, why, "they are current") if why else decision


def _waits(moving: Moving, why: str, until: str) -> Decision:
    """This look was none; after so many the weight stays until somebody resumes."""
    if moving.item.drains >= LOOKS_AT_DRAINS:
        return Decision("hold", f"{why}; resume when {until}")
    return Decision("bake", f"{why}; the step waits", drains=moving.item.drains + 1)


def _bake(moving: Moving) -> int:
    """Seconds that a step bakes: also until every external-dns would have undone what it undoes."""
    environment = moving.ports.environment
    wanted = whole_bake(moving.planned.bake_seconds, environment.shift, environment.dns)
    return max(wanted, moving.item.reverts_after)


def _is_time_to_read(moving: Moving, decision: Decision) -> bool:
    """Whether this look reads the records again; nobody does on the way back, which reads them itself."""
    leaves = decision.next in {"step", "finish"}
    return (leaves or decision.next == "bake") and is_time_to_read(moving.item, moving.ports.now, leaves=leaves)


def _answer(moving: Moving, decision: Decision, weight: int) -> Answer:
    following = moving.next_weight(weight) if decision.next == "step" else weight
    return {"next": decision.next, "weight": following, "waiting_for": decision.reason}


def _since_last_sync(moving: Moving) -> Decision | tuple[Verdict, ...]:
    """The decision to bake once more when green was synced since the weight was written; otherwise nothing.

    When Argo CD's applications cannot be read nothing passes, and nothing fails.
    """
    if not moving.planned.sources:
        return ()
    from norikae.traffic.hotfix import hotfix, synced_on_green  # noqa: PLC0415 - the way back pays nothing for it

    try:
        revisions = synced_on_green(moving)
    except TransientError as error:
        return (Verdict(HOTFIX, Outcome.INCONCLUSIVE, f"what green is synced to cannot be read: {error}"),)
    changes = hotfix(moving.item.revisions, revisions)
    if not changes:
        return ()
    again = moving.item.rebaked + 1
    if again > BAKES_ANEW:
        reason = f"green was synced once more during the shift ({changes}); resume when the deployments are over"
        decision = Decision("hold", reason)
        _write_down(moving, decision, Judged((), moving.item.gates))
        return decision
    decision = Decision("bake", f"{changes} was synced on green; the step bakes once more")
    moving.save(verified_at=moving.ports.now, revisions=revisions, rebaked=again, inconclusive=0)
    moving.note("baked-again", synced=changes)
    return decision


def _write_down(
    moving: Moving, decision: Decision, found: Judged, *, passed: int | None = None, read: bool = False
) -> None:
    """Args: ``passed`` is the weight that baked; ``read`` says that the records were as they were written."""
    goes_on = decision.next == "bake"
    item = msgspec.structs.replace(
        moving.item,
        outcome="moved" if decision.next == "finish" else moving.item.outcome,
        inconclusive=decision.inconclusive,
        critical=decision.critical,
        drains=max(moving.item.drains, decision.drains),
        read_at=moving.ports.now if read else moving.item.read_at,
    )
    if passed is not None and decision.next in {"step", "finish"}:
        item = msgspec.structs.replace(item, safe=passed, restored=False)
    if goes_on and item == moving.item:
        _keep(moving, found.counts)
        return
    replace(moving, item=item).save(gates=found.counts, reason=decision.reason)
    moving.note("judged", next=decision.next, reason=decision.reason)


def _keep(moving: Moving, counts: dict[str, Any]) -> None:
    """Write the counts, unless a look that changes nothing would."""
    if counts != moving.item.gates:
        moving.save(gates=counts)
