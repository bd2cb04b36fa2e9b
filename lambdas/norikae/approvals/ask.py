"""A person is asked; the task token waits in the table and never leaves it."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from norikae.errors import AbortedError, NotFoundError, ReleasedError
from norikae.notify.tell import Severity, tell
from norikae.ports import Ports
from norikae.upgrade.flags import flags_for, read_flags
from norikae.upgrade.identity import Writer
from norikae.upgrade.no_return import is_passed
from norikae.upgrade.phase import HOLD, enter
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem, ApprovalItem, Event, Flags, PlanItem, ReleasedItem
from norikae.upgrade.sync_state import DiffItem, WaveItem

Answer = dict[str, Any]
CODE_LENGTH = 6


def request_approval(ports: Ports, writer: Writer, subject: str, task_token: str) -> Answer:
    """The question is in the table, bound to the hash that a yes has to name, and people have been told.

    Args:
        ports: the world.
        writer: in whose name.
        subject: ``plan``, ``sync`` or ``decommission``.
        task_token: Step Functions' token of the waiting state.

    Raises:
        NotFoundError: a sync is asked about, but no wave was compared.
        AbortedError: somebody aborted before the question was there.
    """
    stored = read_plan(ports.table, writer.run)
    enter(ports, writer, f"request-{subject}-approval")
    asked = {"plan": _about_plan, "sync": _about_sync, "decommission": _about_decommission}[subject]
    text, digest = asked(ports, stored)
    _wait_for(ports, writer, ApprovalItem(subject=subject, task_token=task_token, plan_hash=digest, text=text))
    _refuse_if_aborted(read_flags(ports.table, writer.run))
    return {"asked": subject}


def _about_plan(_: Ports, stored: PlanItem) -> tuple[str, str]:
    plan = stored.plan
    text = (
        f"May {len(plan.applications())} applications move from {plan.blue.name} ({plan.blue.version}) "
        f"to {plan.green.name} ({plan.green.version})?"
    )
    return text, stored.hash


def _about_sync(ports: Ports, stored: PlanItem) -> tuple[str, str]:
    run = stored.plan.run
    wave = ports.table.read(run, "WAVE", WaveItem)
    found = ports.table.read(run, wave.key, DiffItem) if wave else None
    if found is None:
        raise NotFoundError(f"run {run} has no comparison to ask about; resume the run, which compares the wave again")
    return f"{found.summary}\nWhole difference: {found.report}", found.hash


def _about_decommission(_: Ports, stored: PlanItem) -> tuple[str, str]:
    return f"May {stored.plan.blue.name} be deleted? This cannot be undone.", stored.hash


def hold_upgrade(ports: Ports, writer: Writer, task_token: str, state: Mapping[str, Any]) -> Answer:
    """The run waits for an operator's ``resume`` or ``abort``; people know why.

    An abort from before the hold is not lost: it ends the hold, unless the hold is the answer to that very abort.

    Args:
        ports: the world.
        writer: in whose name.
        task_token: Step Functions' token of the waiting state.
        state: the machine's state, for the error or the reason of the hold.
    """
    spans = enter(ports, writer, HOLD).spans
    phase = next((span.name for span in reversed(spans) if span.name != HOLD), "report-failure")
    text = reason_of(state)
    waiting = ApprovalItem(subject="hold", task_token=task_token, plan_hash="", text=text, phase=phase)
    beyond_abort = phase == "roll-back-applications" or is_passed(ports.table, writer.run)
    _wait_for(ports, writer, waiting, severity="page" if beyond_abort else "action")
    if not beyond_abort:
        _refuse_if_aborted(read_flags(ports.table, writer.run))
    return {"held": text}


def hold_application(
    ports: Ports, writer: Writer, application: str, task_token: str, state: Mapping[str, Any]
) -> Answer:
    """The application keeps its weight until an operator says ``resume`` or ``abort``; people know why.

    Raises:
        AbortedError: somebody aborted before the question was there; the application goes back instead.
    """
    subject = f"hold/{application}"
    waiting = ApprovalItem(subject=subject, task_token=task_token, plan_hash="", text=reason_of(state))
    _wait_for(ports, writer, waiting)
    _refuse_if_aborted(flags_for(ports.table, writer.run, application))
    return {"held": application}


def hold_failed_rollback(
    ports: Ports, writer: Writer, application: str, task_token: str, state: Mapping[str, Any]
) -> Answer:
    """Blue does not take an application back: it keeps its weight, somebody is paged, and ``resume`` tries again.

    Raises:
        AbortedError: the whole run goes back, so this shift ends and the run itself goes on trying.
    """
    text = f"{application} does not come back to blue: {reason_of(state)}"
    item = ports.table.read(writer.run, f"APP#{application}", AppItem) or AppItem(application=application)
    failed = msgspec.structs.replace(item, outcome="rollback-failed", reason=text)
    ports.table.write(writer, f"APP#{application}", failed)
    event = Event(at=ports.now, what="rollback-failed", detail={"application": application, "reason": text})
    ports.table.log(writer.run, event)
    waiting = ApprovalItem(subject=f"hold/{application}", task_token=task_token, plan_hash="", text=text)
    _wait_for(ports, writer, waiting, severity="page")
    _refuse_if_aborted(read_flags(ports.table, writer.run))  # the others must not wait: the run tries this one again
    return {"held": application}


def hold_partial_run(ports: Ports, writer: Writer, task_token: str, state: Mapping[str, Any]) -> Answer:
    """The run keeps both clusters until an operator says ``resume``, ``finish`` or ``abort``."""
    text = reason_of(state)
    phase = "shift-applications"  # where a resume goes on
    waiting = ApprovalItem(subject="partial", task_token=task_token, plan_hash="", text=text, phase=phase)
    _wait_for(ports, writer, waiting)
    _refuse_if_aborted(read_flags(ports.table, writer.run))
    return {"held": text}


def ask_team(ports: Ports, writer: Writer, application: str, task_token: str) -> Answer:
    """The team of an application knows that it can move it now, and how; asked again, it is reminded."""
    plan = read_plan(ports.table, writer.run).plan
    planned = plan.application(application)
    item = ports.table.read(writer.run, f"APP#{application}", AppItem) or AppItem(application=application)
    team = (planned.team if planned else "") or "its team"
    again = f" (asked {item.reminders} times)" if item.reminders > 1 else ""
    text = f"{application} can move to {plan.green.name}; {team} starts it with the command shift{again}"
    subject = f"team/{application}"
    _wait_for(ports, writer, ApprovalItem(subject=subject, task_token=task_token, plan_hash="", text=text))
    _refuse_if_aborted(flags_for(ports.table, writer.run, application))
    if ports.table.read(writer.run, f"RELEASED#{application}", ReleasedItem):
        raise ReleasedError(f"{application} was released before its team could be asked")
    return {"asked": application}


def _refuse_if_aborted(flags: Flags) -> None:
    """To be asked once the question is in the table: an abort writes its flag first and then wakes every question."""
    if flags.aborted:
        raise AbortedError(f"aborted by {flags.by or 'an operator'} before it could wait")


def reason_of(state: Mapping[str, Any]) -> str:
    """Why a machine holds, in words: the error that was caught, or what the last look waited for."""
    contested = state.get("contested")
    if isinstance(contested, Mapping):
        return str(contested.get("waiting_for", ""))
    error = state.get("error")
    if isinstance(error, Mapping):
        return f"{error.get('Error', 'error')}: {_message(str(error.get('Cause', '')))}"
    window = state.get("window")
    closed = window if isinstance(window, Mapping) and window.get("next") == "hold" else None
    looks = (state.get("rollback"), closed, state.get("progress"))
    return next((str(look.get("waiting_for", "")) for look in looks if isinstance(look, Mapping)), "")


def _message(cause: str) -> str:
    """The message inside the JSON that Lambda gives Step Functions as a cause."""
    try:
        return str(msgspec.json.decode(cause)["errorMessage"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return cause


def code_of(task_token: str, subject: str, plan_hash: str) -> str:
    """What a person types to answer a question: short, the same however often it is asked, and not to be guessed.

    It is of a hash of Step Functions' token, which is random and long, so it tells nothing of it; small letters and
    digits of base 32 (RFC 4648).

    Args:
        task_token: of the state that waits.
        subject: what is asked.
        plan_hash: what it is about.
    """
    digest = hashlib.sha256(f"{task_token}\n{subject}\n{plan_hash}".encode()).digest()
    return base64.b32encode(digest).decode()[:CODE_LENGTH].lower()


def _wait_for(ports: Ports, writer: Writer, question: ApprovalItem, severity: Severity = "action") -> None:
    """The question has its code and its end: every state that waits does so for ``approvals.deadline``.

    Only that of a team is shorter: it is reminded, and what it says counts at any time.
    """
    is_reminded = question.subject.startswith("team/")
    waiting = msgspec.structs.replace(
        question,
        code=code_of(question.task_token, question.subject, question.plan_hash),
        expires=0.0 if is_reminded else ports.now + ports.environment.approvals.deadline,
    )
    ports.table.write(writer, f"APPROVAL#{waiting.subject}", waiting)
    tell(
        ports,
        "waiting",
        waiting.text or waiting.subject,
        run=writer.run,
        severity=severity,
        subject=waiting.subject,
        plan_hash=waiting.plan_hash,
        code=waiting.code,
        expires=waiting.expires,
    )
