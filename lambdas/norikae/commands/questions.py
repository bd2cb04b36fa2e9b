"""Yes and no: who may answer which question, in time, once, and with somebody else where the environment asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import BadRequestError, ConflictError, ForbiddenError, RefusedError
from norikae.notify.tell import tell
from norikae.upgrade.moves import wake
from norikae.upgrade.state import ApprovalItem, ApprovedItem, AssentItem, RequestedItem

if TYPE_CHECKING:
    from norikae.commands.caller import Caller
    from norikae.commands.model import Command
    from norikae.ports import Ports

Answer = dict[str, Any]
NOUNS = {"plan": "plan", "sync": "difference", "decommission": "plan"}
"""The questions that are answered with yes or no, and what their hashes are about."""
OF_TWO = ("plan", "decommission")
"""Those for which ``approvals.persons`` counts."""


def approve(ports: Ports, run: str, command: Command, caller: Caller) -> Answer:
    """Yes: the run goes on, or waits for the second of two people.

    Args:
        ports: the world.
        run: the run.
        command: with the code of the question, or the hash that the person saw.
        caller: who says it.

    Raises:
        BadRequestError: none is named by code or hash, or several questions wait, and it does not say which.
        ForbiddenError: it is the requester, or nobody whom a second person could be told from.
        RefusedError: nothing like that waits, or not any more.
    """
    waiting = _waiting(ports, run, command)
    noun = NOUNS[waiting.subject]
    if not command.code and not command.plan_hash:
        raise BadRequestError(
            f"command: code: name the {noun} that you approve by its code or hash, which the status has"
        )
    if not command.code and command.plan_hash != waiting.plan_hash:
        raise RefusedError(
            f"the {noun} that waits has hash {waiting.plan_hash}, not {command.plan_hash}; read what waits and approve "
            "its hash"
        )
    first = _first_yes(ports, run, command, caller, waiting)
    if first == caller.person != "":
        return {"subject": waiting.subject, "answered": False, "missing": 1}
    by = f"{first} and {caller.name}" if first else caller.name
    approved = ApprovedItem(plan_hash=waiting.plan_hash, by=by, at=ports.now)
    ports.table.write_unfenced(run, f"APPROVED#{waiting.subject}", approved)
    answer = wake(ports, run, waiting, {"next": "go-on"})
    if first:
        ports.table.delete(run, _assent(waiting))
    return answer


def reject(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """No: the run hears it, whoever else has said yes.

    Raises:
        BadRequestError: several questions wait, and none is named.
        RefusedError: nothing like that waits, or not any more.
    """
    waiting = _waiting(ports, run, command)
    why = f": {command.reason}" if command.reason else ""
    text = f"{command.by or 'an operator'} said no to the {NOUNS[waiting.subject]}{why}"
    return wake(ports, run, waiting, {"next": "refuse", "waiting_for": text})


def _waiting(ports: Ports, run: str, command: Command) -> ApprovalItem:
    """The question that a command is about, which waits still."""
    asked = [one for one in ports.table.read_all(run, "APPROVAL#", ApprovalItem) if one.subject in NOUNS]
    found = [one for one in asked if command.subject in ("", one.subject)]
    if not found:
        subject = command.subject or "anything"
        raise RefusedError(f"run {run} does not wait for an approval of {subject!r}; ask for its status")
    if command.code:
        found = [one for one in found if one.code and one.code == command.code.lower()]
        if not found:
            raise RefusedError(
                f"no question of run {run} that waits has the code {command.code!r}; ask for its status, which has "
                "what waits and its code"
            )
    if len(found) > 1 and command.plan_hash:
        found = [one for one in found if one.plan_hash == command.plan_hash] or found
    if len(found) > 1:
        subjects = ", ".join(one.subject for one in found)
        raise BadRequestError(f"command: subject: several questions wait ({subjects}); name one, or its code")
    return _in_time(ports, run, command, found[0])


def _in_time(ports: Ports, run: str, command: Command, waiting: ApprovalItem) -> ApprovalItem:
    if waiting.expires and ports.now >= waiting.expires:
        raise RefusedError(
            f"the question about {waiting.subject} of run {run} has expired: nobody answered by "
            "approvals.deadline, which counts as a no; ask for its status, and resume or start its next attempt"
        )
    if command.plan_hash and command.code and command.plan_hash != waiting.plan_hash:
        raise RefusedError(
            f"the question with the code {command.code} is about hash {waiting.plan_hash}, not {command.plan_hash}; "
            "read what waits"
        )
    return waiting


def _first_yes(ports: Ports, run: str, command: Command, caller: Caller, waiting: ApprovalItem) -> str:
    """Who said yes before, where two people have to; who says it now when that was nobody, "" where one will do.

    Raises:
        ForbiddenError: the environment asks who says it, and it is the requester or nobody who is known.
    """
    approvals = ports.environment.approvals
    persons = approvals.persons if waiting.subject in OF_TWO else 1
    if approvals.requester == "may-not-approve":
        requested = ports.table.read(run, "REQUESTED", RequestedItem)
        requester = requested.person if requested else ""
        # Nobody knows who started it, so of two people one at least did not.
        persons = persons if requester else 2
        if caller.person and caller.person == requester:
            raise ForbiddenError(
                f"{caller.name} may not approve {waiting.subject} of run {run}, having started it; somebody else with "
                "role approver may (approvals.requester in the environment file)"
            )
    elif persons == 1:
        return ""
    if not caller.person:
        raise ForbiddenError(
            f"{caller.name or 'somebody who does not prove who they are'} may not approve {waiting.subject} of run "
            f"{run}: this environment has to know who says yes; say it in a chat or with a proof, as one of "
            "access.people with role approver"
        )
    return _kept(ports, run, command, caller, waiting) if persons > 1 else ""


def _kept(ports: Ports, run: str, command: Command, caller: Caller, waiting: ApprovalItem) -> str:
    """Who said the first yes to this very question; it is the caller's when there was none, and people know."""
    known = ports.table.read(run, _assent(waiting), AssentItem)
    if known is not None and known.code == waiting.code:
        return known.person
    text = f"{caller.name} said yes to {waiting.subject} of run {run}; a second person has to say it, too"
    tell(
        ports,
        "approved-once",
        text,
        run=run,
        severity="action",
        subject=waiting.subject,
        plan_hash=waiting.plan_hash,
        code=waiting.code,
        expires=waiting.expires,
        by=caller.name,
    )
    assent = AssentItem(code=waiting.code, person=caller.person, at=ports.now, reason=command.reason)
    try:
        ports.table.swap(run, _assent(waiting), assent, instead_of=known)
    except ConflictError:
        # Two people at the same moment: the one who comes second has said the second yes.
        other = ports.table.read(run, _assent(waiting), AssentItem)
        if other is None or other.code != waiting.code:
            raise
        return other.person
    return caller.person


def _assent(waiting: ApprovalItem) -> str:
    return f"ASSENT#{waiting.subject}"
