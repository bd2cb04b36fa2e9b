"""What operators asked for, as each reader has to take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

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


def skipped_gates(flags: Flags, application: str, lease: int) -> dict[str, SkippedGate]:
    """The gates that do not judge an application in one shift, by their kind.

    Args:
        flags: of the run.
        application: which.
        lease: the fencing token of the shift's lease; another shift is judged by every gate again.
    """
    return {one.gate: one for one in flags.skipped if (one.application, one.lease) == (application, lease)}
