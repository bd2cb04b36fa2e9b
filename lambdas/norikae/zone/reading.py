"""One reading of a whole zone that many functions share: who may use it, and where a name is in it; pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norikae.traffic.records import RecordSet

YOUNG = 20.0
"""Seconds for which a reading may be used. Nothing is decided by it alone: every write is a compare-and-set."""
CLOCKS_DIFFER = 1.0
"""Seconds by which the clocks of two functions may differ."""
RECORDS_IN_A_SHEET = 250


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """``READING``: the last reading of the zone.

    Args:
        id: of its sheets.
        read_at: when it began, in seconds since the epoch.
        sheets: over how many items its record sets are spread, by name.
        pages: how many requests it took.
        claimed_at: when somebody began the next one.
    """

    id: str = ""
    read_at: float = 0.0
    sheets: int = 0
    pages: int = 1
    claimed_at: float = 0.0

    def serves(self, now: float, applied_at: float) -> bool:
        """Whether it says what a function needs to know.

        Args:
            now: the instant.
            applied_at: when the last change of the names was applied; an older reading would show what was before.
        """
        return self.read_at > max(now - YOUNG, applied_at + CLOCKS_DIFFER)


def sheet_of(name: str, sheets: int) -> int:
    """The sheet that has the record sets of a name."""
    return crc32(name.lower().encode()) % sheets


def spread(records: Iterable[RecordSet], sheets: int) -> dict[int, list[RecordSet]]:
    """Record sets by sheet."""
    found: defaultdict[int, list[RecordSet]] = defaultdict(list)
    for record in records:
        found[sheet_of(record.name, sheets)].append(record)
    return found
