"""The one door: a command is read, its sender is known, it is authorised, carried out and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.commands import audit
from norikae.commands.authorise import authorise
from norikae.commands.caller import Caller, who
from norikae.commands.model import VERBS, Command
from norikae.commands.parse import parse
from norikae.commands.table import CARRY, NEEDS_NO_RUN, OF_AN_OPEN_RUN, Answer
from norikae.errors import BadRequestError, ForbiddenError, RefusedError
from norikae.upgrade.state import ClustersItem, PhaseItem, PlanItem, RequestedItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.ports import Ports


def operate(ports: Ports, event: Mapping[str, Any]) -> Answer:
    """The command has had its effect, once, and is in the audit trail, as is one that was not allowed.

    Args:
        ports: the world.
        event: the command as JSON.

    Raises:
        BadRequestError: the command is wrong, or no run is open.
        ForbiddenError: its sender may not say it.
        RefusedError: there is no such run, or it is not where the command makes sense.
    """
    command = parse(event, ports.environment.environment)
    run = command.run or last_run(ports)
    try:
        caller = who(ports, command)
        command = msgspec.structs.replace(command, by=caller.name, actor=caller.actor, proof="")
        authorise(ports.environment.environment, caller, command, _team(ports, run, command))
        answer = _carry_out(ports, run, command, caller)
    except ForbiddenError as refusal:
        audit.refused(ports, run, command, str(refusal))
        raise
    if VERBS[command.command].changes:
        # A run that this very command began has no trail yet to be told in but its own.
        audit.carried_out(ports, str(answer.get("run") or run), command, _led_to(command, answer))
    return answer


def _carry_out(ports: Ports, run: str, command: Command, caller: Caller) -> Answer:
    if command.command in NEEDS_NO_RUN:
        return CARRY[command.command](ports, run, command, caller)
    if not run:
        raise BadRequestError("command: run: no run has been started in this environment; name one")
    if command.run and VERBS[command.command].changes:
        _refuse_if_unknown(ports, run)
    if command.command in OF_AN_OPEN_RUN:
        _refuse_if_ended(ports, run)
    return {"run": run, **CARRY[command.command](ports, run, command, caller)}


def _led_to(command: Command, answer: Answer) -> Answer:
    """What the trail says besides of a command that a machine or a queue carries out."""
    return answer if command.command in NEEDS_NO_RUN else {}


def last_run(ports: Ports) -> str:
    """The run that was started last; "" when there was none."""
    clusters = ports.table.environment("CLUSTERS", ClustersItem)
    return clusters.run if clusters else ""


def _team(ports: Ports, run: str, command: Command) -> str | None:
    """The team of the command's application as the run's plan has it; None when that does not know it."""
    if not command.application or not run:
        return None
    stored = ports.table.read(run, "PLAN", PlanItem)
    planned = stored.plan.application(command.application) if stored else None
    return planned.team if planned else None


def _refuse_if_unknown(ports: Ports, run: str) -> None:
    """A word to a run whose name is misspelt would be kept, and nobody would ever hear it."""
    lease = ports.table.lease("")
    if lease is not None and lease.run == run:
        return
    if not (ports.table.read(run, "PHASE", PhaseItem) or ports.table.read(run, "REQUESTED", RequestedItem)):
        raise RefusedError(f"there is no run {run}; ask for the status, which names the last one, then say it again")


def _refuse_if_ended(ports: Ports, run: str) -> None:
    """A word to a run that has ended would be heard by its next attempt, whenever that is."""
    phase, lease = ports.table.read(run, "PHASE", PhaseItem), ports.table.lease("")
    is_open = lease is not None and lease.holder and lease.run == run
    if phase and phase.outcome and not is_open:
        raise RefusedError(f"run {run} has ended ({phase.outcome}); start its next attempt, then say it again")
