"""What an operator may tell a run, and what needs none; ``moves.py`` has the commands about one application."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from norikae.errors import BadRequestError, RefusedError
from norikae.ports import Ports
from norikae.upgrade.adopted import AdoptionItem
from norikae.upgrade.flags import read_flags
from norikae.upgrade.identity import EXECUTION_NAME_LIMIT
from norikae.upgrade.moves import flag, hold, is_at_rest, resume_application, roll_back, shift, wake
from norikae.upgrade.no_return import is_passed
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem, ApprovalItem, ApprovedItem, ClustersItem, Event, PhaseItem

Answer = dict[str, Any]
Verb = Literal[
    "approve",
    "reject",
    "pause",
    "resume",
    "hold",
    "shift",
    "roll-back",
    "abort",
    "finish",
    "status",
    "adopt",
    "unadopt",
    "clean-green",
    "sweep-secrets",
    "redrive-secrets",
]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One command.

    Args:
        command: the verb.
        run: the run; by default the one that is open.
        subject: for approve and reject: ``plan``, ``sync`` or ``decommission``.
        plan_hash: for approve: the hash that the person saw; another one is refused.
        cluster: for adopt and unadopt the cluster that serves, by default the one of the environment file; for
            clean-green the one to be removed, by default green by the record; for sweep-secrets one instead of both.
        application: for hold, shift and roll-back, and for resume: one application instead of the run.
        by: who says it, for the audit trail.
        reason: why.
    """

    command: Verb
    run: str = ""
    subject: Literal["", "plan", "sync", "decommission"] = ""
    plan_hash: str = ""
    application: str = ""
    cluster: str = ""
    by: str = ""
    reason: str = ""


def operate(ports: Ports, event: Mapping[str, Any]) -> Answer:
    """The command has had its effect, once, and is in the audit trail.

    Args:
        ports: the world.
        event: the command as JSON.

    Raises:
        BadRequestError: the command is wrong, or no run is open.
        RefusedError: the run is not where the command makes sense.
    """
    try:
        command = msgspec.convert(dict(event), Command)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"command: {error}; docs/console.md has every command") from error
    if command.command in ERRANDS:
        return ERRANDS[command.command](ports, command)
    if command.command == "status" and not (command.run or _last_run(ports)):
        return {"run": "", "adoption": _adoption(ports)}
    run = command.run or _open_run(ports)
    if command.command in OF_AN_OPEN_RUN:
        _refuse_if_ended(ports, run)
    answer = VERBS[command.command](ports, run, command)
    if command.command != "status":
        detail = msgspec.to_builtins(command)
        ports.table.log(run, Event(at=ports.now, what=command.command, by=command.by, detail=detail))
    return {"run": run, **answer}


def _refuse_if_ended(ports: Ports, run: str) -> None:
    """A word to a run that has ended would be heard by its next attempt, whenever that is."""
    phase, lease = ports.table.read(run, "PHASE", PhaseItem), ports.table.lease("")
    is_open = lease is not None and lease.holder and lease.run == run
    if phase and phase.outcome and not is_open:
        raise RefusedError(f"run {run} has ended ({phase.outcome}); start its next attempt, then say it again")


def _approve(ports: Ports, run: str, command: Command) -> Answer:
    waiting = _waiting(ports, run, command.subject or "plan")
    if command.plan_hash != waiting.plan_hash:
        raise RefusedError(
            f"the {NOUNS[waiting.subject]} that waits has hash {waiting.plan_hash}, not "
            f"{command.plan_hash or '(none given)'}; read what waits and approve its hash"
        )
    approved = ApprovedItem(plan_hash=command.plan_hash, by=command.by, at=ports.now)
    ports.table.write_unfenced(run, f"APPROVED#{waiting.subject}", approved)
    return wake(ports, run, waiting, {"next": "go-on"})


def _reject(ports: Ports, run: str, command: Command) -> Answer:
    waiting = _waiting(ports, run, command.subject or "plan")
    why = f": {command.reason}" if command.reason else ""
    text = f"{command.by or 'an operator'} said no to the {NOUNS[waiting.subject]}{why}"
    return wake(ports, run, waiting, {"next": "refuse", "waiting_for": text})


def _pause(ports: Ports, run: str, command: Command) -> Answer:
    return flag(ports, run, command, lambda _: {"paused": True})


def _resume(ports: Ports, run: str, command: Command) -> Answer:
    if command.application:
        return resume_application(ports, run, command)
    # An abort that came a moment after the point of no return could do nothing; the way forward is the only one left.
    forward = {"aborted": False} if is_passed(ports.table, run) else {}
    flag(ports, run, command, lambda _: {"paused": False, **forward})
    for waiting in ports.table.read_all(run, "APPROVAL#", ApprovalItem):
        kind, _, application = waiting.subject.partition("/")
        if waiting.subject in ("hold", "partial"):
            wake(ports, run, waiting, {"next": waiting.phase})
        elif kind == "hold" and application not in read_flags(ports.table, run).held:
            wake(ports, run, waiting, {"next": "resume"})
    return {"resumed": run}


def _finish(ports: Ports, run: str, command: Command) -> Answer:
    """End a run of which not everything moved; both clusters stay."""
    waiting = ports.table.read(run, "APPROVAL#partial", ApprovalItem)
    if waiting is None:
        raise RefusedError(
            f"run {run} does not wait with some applications on blue, so it cannot be finished by hand; "
            "ask for its status, or abort it"
        )
    moving = [one.name for one in read_plan(ports.table, run).plan.applications() if not is_at_rest(ports, one.name)]
    if moving:
        raise RefusedError(f"a shift of {', '.join(moving)} is not over; wait for it, or hold it, then finish")
    text = f"{command.by or 'an operator'} finished the run as it is"
    return wake(ports, run, waiting, {"next": "finish", "waiting_for": f"{text}: {waiting.text}"})


def _abort(ports: Ports, run: str, command: Command) -> Answer:
    phase = ports.table.read(run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun: nothing can be rolled back any more; use pause to stop it")
    flag(ports, run, command, lambda _: {"aborted": True, "paused": False})
    for waiting in ports.table.read_all(run, "APPROVAL#", ApprovalItem):
        wake(ports, run, waiting, {"next": "roll-back" if "/" in waiting.subject else "abort"})
    return {"aborted": run}


def _status(ports: Ports, run: str, _: Command) -> Answer:
    phase = ports.table.read(run, "PHASE", PhaseItem)
    applications = ports.table.read_all(run, "APP#", AppItem)
    waiting = ports.table.read_all(run, "APPROVAL#", ApprovalItem)
    return {
        "phase": phase.phase if phase else "",
        "waiting_for": phase.waiting_for if phase else "",
        "outcome": phase.outcome if phase else "",
        "flags": msgspec.to_builtins(read_flags(ports.table, run)),
        "adoption": _adoption(ports),
        "applications": {one.application: {"outcome": one.outcome, "weight": one.weight} for one in applications},
        "questions": [{"subject": one.subject, "text": one.text, "plan_hash": one.plan_hash} for one in waiting],
    }


VERBS: Mapping[Verb, Callable[[Ports, str, Command], Answer]] = {
    "approve": _approve,
    "reject": _reject,
    "pause": _pause,
    "resume": _resume,
    "hold": hold,
    "shift": shift,
    "roll-back": roll_back,
    "abort": _abort,
    "finish": _finish,
    "status": _status,
}


OF_AN_OPEN_RUN: frozenset[Verb] = frozenset({"pause", "hold", "roll-back", "abort"})
"""Commands that change what a run does next."""


def _adopt(ports: Ports, command: Command) -> Answer:
    cluster = command.cluster or ports.environment.clusters.adopt
    request = {"cluster": cluster, "undo": command.command == "unadopt", "by": command.by, "reason": command.reason}
    name = f"{command.command}-{cluster}-{ports.now:.0f}"[:EXECUTION_NAME_LIMIT]
    ports.executions.start(ports.settings.need("adopt_machine"), name, request)
    return {"started": name, "cluster": cluster}


def _clean_green(ports: Ports, command: Command) -> Answer:
    clusters = ports.table.environment("CLUSTERS", ClustersItem)
    cluster = command.cluster or (clusters.green if clusters else "")
    if not cluster:
        raise RefusedError("there is no green by the record; name the cluster that is to be removed")
    request = {"cluster": cluster, "by": command.by, "reason": command.reason}
    name = f"{command.command}-{cluster}-{ports.now:.0f}"[:EXECUTION_NAME_LIMIT]
    ports.executions.start(ports.settings.need("clean_machine"), name, request)
    return {"started": name, "cluster": cluster}


def _sweep_secrets(ports: Ports, command: Command) -> Answer:
    from norikae.secret_sync.by_hand import sweep_secrets  # noqa: PLC0415 - other commands pay nothing for it

    return _noted(ports, command, sweep_secrets(ports, command.cluster))


def _redrive_secrets(ports: Ports, command: Command) -> Answer:
    from norikae.secret_sync.by_hand import redrive_secrets  # noqa: PLC0415 - as above

    return _noted(ports, command, redrive_secrets(ports))


def _noted(ports: Ports, command: Command, answer: Answer) -> Answer:
    """The same, once it is in the audit trail of the run that was started last, if there ever was one."""
    if run := _last_run(ports):
        detail = {**msgspec.to_builtins(command), **answer}
        ports.table.log(run, Event(at=ports.now, what=command.command, by=command.by, detail=detail))
    return answer


ERRANDS: Mapping[Verb, Callable[[Ports, Command], Answer]] = {
    "adopt": _adopt,
    "unadopt": _adopt,
    "clean-green": _clean_green,
    "sweep-secrets": _sweep_secrets,
    "redrive-secrets": _redrive_secrets,
}
"""What needs no run: an execution of a machine of its own, or whoever reads the queue of secrets, does it and tells
people how it ended."""


def _adoption(ports: Ports) -> Answer | None:
    """How the last adoption ended, without the access entries and records that undoing it needs."""
    item = ports.table.environment("ADOPTION", AdoptionItem)
    if item is None:
        return None
    return {"cluster": item.cluster, "outcome": item.outcome, "reason": item.reason, "notes": list(item.notes)}


def _last_run(ports: Ports) -> str:
    clusters = ports.table.environment("CLUSTERS", ClustersItem)
    return clusters.run if clusters else ""


NOUNS = {"plan": "plan", "sync": "difference", "decommission": "plan"}
"""What the hash of a question is about."""


def _open_run(ports: Ports) -> str:
    run = _last_run(ports)
    if not run:
        raise BadRequestError("command: run: no run has been started in this environment; name one")
    return run


def _waiting(ports: Ports, run: str, subject: str) -> ApprovalItem:
    waiting = ports.table.read(run, f"APPROVAL#{subject}", ApprovalItem)
    if waiting is None:
        raise RefusedError(f"run {run} does not wait for an approval of {subject!r}; ask for its status")
    return waiting
