"""A person or a schedule starts an upgrade, or only its plan: one execution, whatever comes twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import BadRequestError, ConflictError, RefusedError
from norikae.upgrade.lease import LIVING
from norikae.upgrade.request import UpgradeRequest
from norikae.upgrade.state import RequestedItem

if TYPE_CHECKING:
    from norikae.commands.caller import Caller
    from norikae.commands.model import Command
    from norikae.ports import Ports

Answer = dict[str, Any]
A_DAY = 20
"""How many runs to one version one day has room for."""
AT_ONCE = 60
"""Seconds in which somebody who has reserved a run's name may still be about to start it."""


def start(ports: Ports, command: Command, caller: Caller) -> Answer:
    """An execution of the upgrade machine runs, and the table knows who asked for it.

    Its name follows from the request, so the same request once more finds what it began and starts nothing.

    Args:
        ports: the world.
        command: ``start``, or ``plan`` for a dry run.
        caller: who says it.

    Raises:
        BadRequestError: the version, or an application's name, is none.
        RefusedError: another run is open.
    """
    wanted = RequestedItem(
        by=caller.name,
        person=caller.person,
        door=caller.actor.door,
        at=ports.now,
        request=_request(ports, command),
    )
    if (run := _open_run(ports)) and _is_same(ports.table.read(run, "REQUESTED", RequestedItem), wanted):
        return _answer(run, wanted, again=True)
    if run:
        raise _is_open(run)
    for number in range(1, A_DAY + 1):
        run = _name(ports, wanted, number)
        if (answer := _started(ports, run, wanted)) is not None:
            return answer
    version = wanted.request["version"]
    raise RefusedError(f"{A_DAY} runs to {version} were started today already; start the next one in Step Functions")


def _started(ports: Ports, run: str, wanted: RequestedItem) -> Answer | None:
    """The answer when a run of this name is the one that is wanted; None when the name is used up."""
    machine = ports.settings.need("upgrade_machine")
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{_execution_of(run)}"
    status = ports.executions.status(execution)
    known = ports.table.read(run, "REQUESTED", RequestedItem)
    if status not in LIVING and status != "UNKNOWN":
        # A person who says it again means it; a schedule's reason names its hour, so the same is a copy that came late.
        return _answer(run, wanted, again=True) if wanted.door == "schedule" and _is_same(known, wanted) else None
    if known is None and status == "UNKNOWN":
        known = _reserved(ports, run, wanted)
    if not _is_same(known, wanted):
        if status in LIVING or (known is not None and ports.now - known.at < AT_ONCE):
            raise _is_open(run)
        return None
    if ports.executions.start(machine, _execution_of(run), wanted.request):
        return _answer(run, wanted, again=status in LIVING)
    is_copy = wanted.door == "schedule" or ports.executions.status(execution) in LIVING
    return _answer(run, wanted, again=True) if is_copy else None


def _reserved(ports: Ports, run: str, wanted: RequestedItem) -> RequestedItem | None:
    """Who asked for the run first: written before anything is started, so that nobody can be said to have later."""
    try:
        ports.table.swap(run, "REQUESTED", wanted, instead_of=None)
    except ConflictError:
        return ports.table.read(run, "REQUESTED", RequestedItem)
    return wanted


def _is_same(known: RequestedItem | None, wanted: RequestedItem) -> bool:
    """Whether the same person asked for the same; when, and by which door, makes no other request of it."""
    return known is not None and (known.by, known.person, known.request) == (
        wanted.by,
        wanted.person,
        wanted.request,
    )


def _request(ports: Ports, command: Command) -> Answer:
    """The input of the execution.

    Raises:
        BadRequestError: it is none that the upgrade machine takes.
    """
    request = {
        "version": command.version or ports.environment.clusters.version,
        "environment": ports.environment.environment,
        "dry_run": command.command == "plan",
        "applications": list(command.applications),
        "requested_by": command.by,
        "reason": command.reason,
    }
    try:
        msgspec.convert(request, UpgradeRequest)
    except msgspec.ValidationError as error:
        raise BadRequestError(
            f"command: {error}; a version is written like 1.35, an application as plans call it"
        ) from error
    return request


def _open_run(ports: Ports) -> str:
    """The run that holds the environment and lives."""
    lease = ports.table.lease("")
    if lease is None or not lease.holder or ports.executions.status(lease.holder) not in LIVING:
        return ""
    return lease.run


def _is_open(run: str) -> RefusedError:
    return RefusedError(f"run {run} is open, and an environment has one run at a time; ask for its status, or abort it")


def _name(ports: Ports, wanted: RequestedItem, number: int) -> str:
    """A name that people can read; it leaves room for attempts and for the names of shifts."""
    day = datetime.fromtimestamp(ports.now, UTC).strftime("%Y%m%d")
    version = str(wanted.request["version"]).replace(".", "-")
    return f"{ports.environment.environment[:41]}-{version}-{day}-{number}"


def _execution_of(run: str) -> str:
    return f"{run}-a1"


def _answer(run: str, wanted: RequestedItem, *, again: bool) -> Answer:
    answer = {"run": run, "started": _execution_of(run), "dry_run": wanted.request["dry_run"]}
    return {**answer, "again": True} if again else answer
