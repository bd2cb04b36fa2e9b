"""What operators asked for, as each reader has to take it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from norikae.errors import ConflictError
from norikae.upgrade.state import Flags

if TYPE_CHECKING:
    from norikae.upgrade.ports import RunTable
    from norikae.upgrade.state import SkippedGate


def read_flags(table: RunTable, run: str) -> Flags:
    """What operators asked of the run, as of now."""
    return table.read(run, "FLAGS", Flags) or Flags()


def flags_for(table: RunTable, run: str, application: str) -> Flags:
    """The same for one application: sent back is aborted, on hold is paused; aborted wins over everything."""
    flags = read_flags(table, run)
    return msgspec.structs.replace(
        flags,
        aborted=flags.aborted or application in flags.sent_back,
        paused=flags.paused or application in flags.held,
    )


def free(table: RunTable, run: str, execution: str) -> None:
    """The environment is free; what was said to this attempt is forgotten, and what is said from then on stays.

    A word too many is seen and taken back; an abort of the next attempt that is lost is not.

    Args:
        table: of runs.
        run: which ends.
        execution: who holds the environment's lease.
    """
    said = table.read(run, "FLAGS", Flags)
    table.release("", execution)
    with suppress(ConflictError):
        table.swap(run, "FLAGS", Flags(), instead_of=said)


def skipped_gates(flags: Flags, application: str, lease: int) -> dict[str, SkippedGate]:
    """The gates that do not judge an application in one shift, by their kind.

    Args:
        flags: of the run.
        application: which.
        lease: the fencing token of the shift's lease; another shift is judged by every gate again.
    """
    return {one.gate: one for one in flags.skipped if (one.application, one.lease) == (application, lease)}
