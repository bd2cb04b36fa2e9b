"""What an operator may tell a run (approve, reject, pause, resume, hold, abort, status), and what needs none."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from norikae.errors import BadRequestError, RefusedError
from norikae.ports import Ports
from norikae.upgrade.identity import EXECUTION_NAME_LIMIT
from norikae.upgrade.state import (
    AdoptionItem,
    AppItem,
    ApprovalItem,
    ApprovedItem,
    ClustersItem,
    Event,
    Flags,
    PhaseItem,
)

Answer = dict[str, Any]
Verb = Literal["approve", "reject", "pause", "resume", "hold", "abort", "status", "adopt", "unadopt", "clean-green"]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One command.

    Args:
        command: the verb.
        run: the run; by default the one that is open.
        subject: for approve and reject: ``plan``, ``sync`` or ``decommission``.
        plan_hash: for approve: the hash that the person saw; another one is refused.
        cluster: for adopt and unadopt the cluster that serves, by default the one of the environment file; for
            clean-green the one to be removed, by default green by the record.
        application: for hold and resume: one application instead of the run.
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
    answer = VERBS[command.command](ports, run, command)
    if command.command != "status":
        detail = msgspec.to_builtins(command)
        ports.table.log(run, Event(at=ports.now, what=command.command, by=command.by, detail=detail))
    return {"run": run, **answer}


def _approve(ports: Ports, run: str, command: Command) -> Answer:
    waiting = _waiting(ports, run, command.subject or "plan")
    if command.plan_hash != waiting.plan_hash:
        raise RefusedError(
            f"the {NOUNS[waiting.subject]} that waits has hash {waiting.plan_hash}, not "
            f"{command.plan_hash or '(none given)'}; read what waits and approve its hash"
        )
    approved = ApprovedItem(plan_hash=command.plan_hash, by=command.by, at=ports.now)
    ports.table.write_unfenced(run, f"APPROVED#{waiting.subject}", approved)
    return _wake(ports, run, waiting, {"next": "go-on"})


def _reject(ports: Ports, run: str, command: Command) -> Answer:
    waiting = _waiting(ports, run, command.subject or "plan")
    why = f": {command.reason}" if command.reason else ""
    text = f"{command.by or 'an operator'} said no to the {NOUNS[waiting.subject]}{why}"
    return _wake(ports, run, waiting, {"next": "refuse", "waiting_for": text})


def _pause(ports: Ports, run: str, command: Command) -> Answer:
    return _flag(ports, run, command, paused=True)


def _hold(ports: Ports, run: str, command: Command) -> Answer:
    if not command.application:
        raise BadRequestError("command: application: name the application to hold, or use pause for the whole run")
    held = {*_flags(ports, run).held, command.application}
    return _flag(ports, run, command, held=tuple(sorted(held)))


def _resume(ports: Ports, run: str, command: Command) -> Answer:
    if command.application:
        held = set(_flags(ports, run).held) - {command.application}
        _flag(ports, run, command, held=tuple(sorted(held)))
        waiting = ports.table.read(run, f"APPROVAL#hold/{command.application}", ApprovalItem)
        return _wake(ports, run, waiting, {"next": "resume"}) if waiting else {"resumed": command.application}
    phase = ports.table.read(run, "PHASE", PhaseItem)
    # An abort that came a moment after the point of no return could do nothing; the way forward is the only one left.
    _flag(ports, run, command, paused=False, **({"aborted": False} if phase and phase.point_of_no_return else {}))
    for waiting in ports.table.read_all(run, "APPROVAL#hold", ApprovalItem):
        application = waiting.subject.partition("/")[2]
        if not application:
            _wake(ports, run, waiting, {"next": waiting.phase})
        elif application not in _flags(ports, run).held:
            _wake(ports, run, waiting, {"next": "resume"})
    return {"resumed": run}


def _abort(ports: Ports, run: str, command: Command) -> Answer:
    phase = ports.table.read(run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun: nothing can be rolled back any more; use pause to stop it")
    _flag(ports, run, command, aborted=True, paused=False)
    for waiting in ports.table.read_all(run, "APPROVAL#", ApprovalItem):
        _wake(ports, run, waiting, {"next": "roll-back" if waiting.subject.startswith("hold/") else "abort"})
    return {"aborted": run}


def _status(ports: Ports, run: str, _: Command) -> Answer:
    phase = ports.table.read(run, "PHASE", PhaseItem)
    applications = ports.table.read_all(run, "APP#", AppItem)
    waiting = ports.table.read_all(run, "APPROVAL#", ApprovalItem)
    return {
        "phase": phase.phase if phase else "",
        "waiting_for": phase.waiting_for if phase else "",
        "outcome": phase.outcome if phase else "",
        "flags": msgspec.to_builtins(_flags(ports, run)),
        "adoption": _adoption(ports),
        "applications": {one.application: {"outcome": one.outcome, "weight": one.weight} for one in applications},
        "questions": [{"subject": one.subject, "text": one.text, "plan_hash": one.plan_hash} for one in waiting],
    }


VERBS: Mapping[Verb, Callable[[Ports, str, Command], Answer]] = {
    "approve": _approve,
    "reject": _reject,
    "pause": _pause,
    "resume": _resume,
    "hold": _hold,
    "abort": _abort,
    "status": _status,
}


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


ERRANDS: Mapping[Verb, Callable[[Ports, Command], Answer]] = {
    "adopt": _adopt,
    "unadopt": _adopt,
    "clean-green": _clean_green,
}
"""What needs no run: an execution of a machine of its own does it, and tells people how it ended."""


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


def _flags(ports: Ports, run: str) -> Flags:
    return ports.table.read(run, "FLAGS", Flags) or Flags()


def _flag(ports: Ports, run: str, command: Command, **changes: object) -> Answer:
    flags = msgspec.structs.replace(_flags(ports, run), by=command.by, reason=command.reason, **changes)
    ports.table.write_unfenced(run, "FLAGS", flags)
    return {"flags": msgspec.to_builtins(flags)}


def _waiting(ports: Ports, run: str, subject: str) -> ApprovalItem:
    waiting = ports.table.read(run, f"APPROVAL#{subject}", ApprovalItem)
    if waiting is None:
        raise RefusedError(f"run {run} does not wait for an approval of {subject!r}; ask for its status")
    return waiting


def _wake(ports: Ports, run: str, waiting: ApprovalItem, output: Answer) -> Answer:
    """Answer first, forget after: a crash between the two answers again, which Step Functions refuses harmlessly.

    The machine goes on at once and may ask the next question before this one is forgotten; that one stays.
    """
    answered = ports.executions.succeed(waiting.task_token, output)
    ports.table.delete(run, f"APPROVAL#{waiting.subject}", only=waiting)
    return {"subject": waiting.subject, "answered": answered}
