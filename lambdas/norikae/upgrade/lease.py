"""One run per environment and one shift per application: who may take a lease, and what its fencing token is."""

from dataclasses import dataclass
from typing import Literal

from norikae.errors import LeaseHeldError

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
