"""``records`` for many at once: each reads alone while that is cheap, then one reads the zone for all."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Protocol

import msgspec

from norikae.traffic.records import RecordSet, traffic_sets
from norikae.zone.pace import is_dearer_alone
from norikae.zone.reading import RECORDS_IN_A_SHEET, YOUNG, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from norikae.clock import Clock

LOOKS_EVERY = 0.5
"""Seconds between two looks whether somebody else's reading is there."""


class Readings(Protocol):
    """The shared reading of one zone."""

    def last(self) -> Reading | None:
        """The last reading, consistently."""

    def begin(self, reading: Reading, *, instead_of: Reading | None) -> bool:
        """Say that one begins a reading; False when somebody else has."""

    def keep(self, reading: Reading, records: Iterable[RecordSet]) -> None:
        """Keep a reading whole."""

    def names(self, reading: Reading, hosts: Sequence[str]) -> list[RecordSet]:
        """All record sets of some names in a reading."""


class Whole(Protocol):
    """Route 53, as far as whole readings need it."""

    def whole(self) -> tuple[list[RecordSet], int]:
        """Every record set of the zone, and how many requests that took."""


class SharedReading:
    """The reading of a zone that functions share.

    Args:
        route53: reads the zone.
        readings: where readings are kept.
        backlog: seconds until Route 53 may be asked again.
        clock: the time.
    """

    def __init__(self, route53: Whole, readings: Readings, backlog: Callable[[], float], clock: Clock) -> None:
        self._route53, self._readings, self._backlog, self._clock = route53, readings, backlog, clock

    def records(
        self, hosts: Sequence[str], types: Sequence[str], applied_at: Callable[[], float]
    ) -> tuple[RecordSet, ...] | None:
        """The record sets of some names; None when whoever asks had better read alone.

        Args:
            hosts: the names.
            types: their types.
            applied_at: when the last change of the names was applied, in seconds since the epoch.
        """
        backlog = self._backlog()
        if not backlog:
            return None
        applied, until = applied_at(), self._clock.now() + YOUNG
        while self._clock.now() < until:
            last = self._readings.last()
            if last and last.serves(self._clock.now(), applied):
                found = self._readings.names(last, hosts)
                return tuple(record for host in hosts for record in traffic_sets(found, types) if record.name == host)
            if not is_dearer_alone(backlog, last.pages if last else 1):
                return None
            now = self._clock.now()
            if last and last.claimed_at > now - YOUNG:
                self._clock.sleep(LOOKS_EVERY)
                continue
            mine = msgspec.structs.replace(last or Reading(), claimed_at=now)
            if self._readings.begin(mine, instead_of=last):
                return _chosen(self._read(now), hosts, types)  # it began after the last change was known to be applied
        return None

    def _read(self, now: float) -> list[RecordSet]:
        records, pages = self._route53.whole()
        sheets = max(1, ceil(len(records) / RECORDS_IN_A_SHEET))
        self._readings.keep(Reading(id=f"{now:.6f}", read_at=now, sheets=sheets, pages=pages), records)
        return records


def _chosen(found: Iterable[RecordSet], hosts: Sequence[str], types: Sequence[str]) -> tuple[RecordSet, ...]:
    sets = traffic_sets((record for record in found if record.name in hosts), types)
    return tuple(record for host in hosts for record in sets if record.name == host)
