"""``Dns`` that gets past norikae's own locks, and says whose a lock is that it does not get past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import AwsRefusedError, ForeignWriteError, RefusedError
from norikae.traffic.locks import is_ours, lift, on, strangers
from norikae.traffic.records import TRAFFIC_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.traffic.locks import Locks
    from norikae.traffic.ports import Dns
    from norikae.traffic.records import Change, RecordSet

WORD = "protect"
"""What a refusal says that is due to a lock, whose comment it names (API reference, ResourceRecordSetProtection)."""


class LiftingDns:
    """``Dns`` that lifts norikae's own locks from exactly what a batch touches, right before it is applied.

    It asks first and lifts after: an unlocked name costs no further request, a lock is open for one request only, and
    whether a lock was the reason is read from the zone's protections and not from Route 53's words.

    Args:
        dns: Route 53.
        locks: its protections.
        environment: whose locks are ours.
    """

    def __init__(self, dns: Dns, locks: Locks, environment: str) -> None:
        self._dns, self._locks, self._environment = dns, locks, environment

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """All record sets of some names and types."""
        return self._dns.records(hosts, types)

    def is_in_sync(self, change: str) -> bool:
        """Whether all authoritative servers answer with a change."""
        return self._dns.is_in_sync(change)

    def change(self, changes: Sequence[Change], comment: str) -> str:
        """Apply a batch, all of it or nothing; Route 53's id of the change.

        Raises:
            ForeignWriteError: a record that the batch deletes is not as it was read.
            RefusedError: somebody else protects what it touches; nothing was lifted.
        """
        try:
            return self._dns.change(changes, comment)
        except ForeignWriteError as refusal:
            if not self._is_lifted(changes, refusal):
                raise
        return self._dns.change(changes, comment)

    def _is_lifted(self, changes: Sequence[Change], refusal: ForeignWriteError) -> bool:
        """Whether locks of ours were in the way, which are lifted now."""
        touched = {(change.record.name.lower(), change.record.type) for change in changes}
        try:
            found = on(self._locks.all(), touched)
            if theirs := tuple(strangers(found, self._environment)):
                raise RefusedError(f"{'. '.join(theirs)}, then resume") from refusal
            return bool(lift(self._locks, lambda one: one in found and is_ours(one, self._environment)))
        except AwsRefusedError as unreadable:
            if WORD in str(refusal).lower():
                raise RefusedError(
                    f"{refusal}; norikae cannot lift it ({unreadable}); lift it by hand (docs/locks.md), then resume"
                ) from refusal
            return False
