"""A person is asked; the task token waits in the table and never leaves it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from norikae.errors import NotFoundError
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.no_return import severity
from norikae.upgrade.phase import HOLD, enter
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import ApprovalItem, DiffItem, PlanItem, WaveItem

Answer = dict[str, Any]


def request_approval(ports: Ports, writer: Writer, subject: str, task_token: str) -> Answer:
    """The question is in the table, bound to the hash that a yes has to name, and people have been told.

    Args:
        ports: the world.
        writer: in whose name.
        subject: ``plan``, ``sync`` or ``decommission``.
        task_token: Step Functions' token of the waiting state.

    Raises:
        NotFoundError: a sync is asked about, but no wave was compared.
    """
    stored = read_plan(ports.table, writer.run)
    enter(ports, writer, f"request-{subject}-approval")
    asked = {"plan": _about_plan, "sync": _about_sync, "decommission": _about_decommission}[subject]
    text, digest = asked(ports, stored)
    _wait_for(ports, writer, ApprovalItem(subject=subject, task_token=task_token, plan_hash=digest, text=text))
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

    Args:
        ports: the world.
        writer: in whose name.
        task_token: Step Functions' token of the waiting state.
        state: the machine's state, for the error or the reason of the hold.
    """
    spans = enter(ports, writer, HOLD).spans
    phase = next((span.name for span in reversed(spans) if span.name != HOLD), "report-failure")
    text = reason_of(state)
    _wait_for(ports, writer, ApprovalItem(subject="hold", task_token=task_token, plan_hash="", text=text, phase=phase))
    return {"held": text}


def hold_application(
    ports: Ports, writer: Writer, application: str, task_token: str, state: Mapping[str, Any]
) -> Answer:
    """The application keeps its weight until an operator says ``resume`` or ``abort``; people know why.

    An abort from before the hold does not wake it: the hold may be the very answer to a rollback that was refused.
    """
    subject = f"hold/{application}"
    waiting = ApprovalItem(subject=subject, task_token=task_token, plan_hash="", text=reason_of(state))
    _wait_for(ports, writer, waiting)
    return {"held": application}


def reason_of(state: Mapping[str, Any]) -> str:
    """Why a machine holds, in words: the error that was caught, or what the last look waited for."""
    error = state.get("error")
    if isinstance(error, Mapping):
        return f"{error.get('Error', 'error')}: {_message(str(error.get('Cause', '')))}"
    progress = state.get("progress")
    return str(progress.get("waiting_for", "")) if isinstance(progress, Mapping) else ""


def _message(cause: str) -> str:
    """The message inside the JSON that Lambda gives Step Functions as a cause."""
    try:
        return str(msgspec.json.decode(cause)["errorMessage"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return cause


def _wait_for(ports: Ports, writer: Writer, waiting: ApprovalItem) -> None:
    ports.table.write(writer, f"APPROVAL#{waiting.subject}", waiting)
    ports.topic.tell(
        waiting.text or waiting.subject,
        {
            "event": "waiting",
            "run": writer.run,
            "subject": waiting.subject,
            "text": waiting.text,
            "plan_hash": waiting.plan_hash,
            **severity(ports.table, writer.run),
        },
    )
