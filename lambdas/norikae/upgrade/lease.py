"""One run per environment and one shift per application: who may take a lease, and what its fencing token is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from norikae.errors import LeaseHeldError

if TYPE_CHECKING:
    from norikae.ports import Ports

ExecutionStatus = Literal["RUNNING", "PENDING_REDRIVE", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "UNKNOWN"]
LIVING: frozenset[str] = frozenset({"RUNNING", "PENDING_REDRIVE"})


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds an environment or an application.

    Args:
        holder: ARN of the execution, or "" when it is free.
        run: the run in whose name.
        token: the fencing token; it only ever grows.
    """

    holder: str
    run: str
    token: int


def next_lease(current: Lease | None, *, holder: str, run: str, holder_status: ExecutionStatus) -> Lease:
    """The lease that an execution may take now.

    There is no expiry by the clock: an execution may wait for days, so only its end frees what it holds.

    Args:
        current: what the table says, or None when nobody ever held it.
        holder: the execution that wants it.
        run: its run.
        holder_status: how the execution that holds ``current`` fares, as Step Functions says.

    Raises:
        LeaseHeldError: another execution holds it and lives.
    """
    if current is None:
        return Lease(holder=holder, run=run, token=1)
    if current.holder == holder:
        return current
    if current.holder and holder_status in LIVING:
        raise LeaseHeldError(
            f"run {current.run} holds this ({current.holder}, {holder_status}); wait for it, or abort it with "
            f'operator_command {{"command": "abort", "run": "{current.run}"}}'
        )
    return Lease(holder=holder, run=run, token=current.token + 1)


def take_lease(ports: Ports, key: str, execution: str, run: str) -> Lease:
    """The lease is this execution's, in the table, too.

    Args:
        ports: the world.
        key: "" for the environment, or an application's name.
        execution: ARN of the execution that wants it.
        run: its run.

    Raises:
        LeaseHeldError: another execution holds it and lives.
    """
    held = ports.table.lease(key)
    status = ports.executions.status(held.holder) if held and held.holder else "UNKNOWN"
    lease = next_lease(held, holder=execution, run=run, holder_status=status)
    if lease != held:
        ports.table.take(key, lease, instead_of=held)
    return lease


def is_shifting(ports: Ports, application: str, *, dead: str = "") -> bool:
    """Whether a shift of the application lives, which hears of an abort by itself.

    Args:
        ports: the world.
        application: which.
        dead: an execution that is known to have ended, whatever Step Functions says of it just now.
    """
    lease = ports.table.lease(application)
    holder = lease.holder if lease else ""
    return holder not in ("", dead) and ports.executions.status(holder) in LIVING
