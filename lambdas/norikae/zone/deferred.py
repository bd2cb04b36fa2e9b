"""``Dns`` for everybody but the zone's writer: a change becomes an intent, or is applied at once where that must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.errors import ConflictError, NorikaeError, RefusedError
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet
from norikae.zone.intent import PREFIX, Head, Intent, subject_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.traffic.ports import Dns
    from norikae.zone.ports import Bell, Intents
    from norikae.zone.shared import SharedReading

BY_ITSELF = "(without the zone's writer)"
"""What CloudTrail reads about a change that the writer had left."""
ABANDONED = 60
"""Seconds after which whoever took an intent has died: no attempt to reach Route 53 takes that long."""


MOST_SHARED = 10
"""From more names on a function reads by itself: it would have to look at each name for what changed it last."""


class ZoneDns:
    """``Dns`` over the intents of a zone.

    Args:
        route53: Route 53 itself.
        intents: the zone's intents.
        now: the instant, in seconds since the epoch.
        bell: wakes the writer; None for functions that ask Route 53 themselves.
        directly_after: seconds after which this function applies an intent that the writer has left; None for
            functions that may not.
        looks_every: seconds between two questions about one change, whoever asks.
        shared: the reading of the zone that functions share; None for reading alone.
    """

    def __init__(
        self,
        route53: Dns,
        intents: Intents,
        now: float,
        *,
        bell: Bell | None,
        directly_after: float | None,
        looks_every: float,
        shared: SharedReading | None = None,
    ) -> None:
        self._route53, self._intents, self._now = route53, intents, now
        self._bell, self._directly_after, self._looks_every = bell, directly_after, looks_every
        self._shared = shared

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """All record sets of some names and types, not older than the last change of any of them."""
        found = None
        if self._shared and 0 < len(hosts) <= MOST_SHARED:
            found = self._shared.records(hosts, types, lambda: self._applied_at(hosts))
        return self._route53.records(hosts, types) if found is None else found

    def _applied_at(self, hosts: Sequence[str]) -> float:
        """A change has its head at one of its names, which may be any of those that are asked for."""
        return max((head.at for host in hosts if (head := self._intents.head(host))), default=0.0)

    def change(self, changes: Sequence[Change], comment: str) -> str:
        """Let a batch be applied, all of it or nothing; the intent's id, or Route 53's id where it is applied at once.

        The same batch again is the same intent, so that a function may run twice. A newer batch takes the place of one
        that nobody has taken yet: it was made from what the zone says, so that one had not happened.

        Raises:
            ConflictError: an earlier batch about the same records is being applied; read again.
            ForeignWriteError: applied at once, a record that the batch deletes is not as it was read.
        """
        intent = Intent.of(changes, comment, self._now)
        head = self._intents.head(intent.subject)
        if head and head.is_open:
            if self._bell and head.digest == intent.digest:
                if self._is_left(head):
                    return self._without_the_writer(head).id
                return self._rung(head.id)
            if head.state == "taken" and self._now - head.at < ABANDONED:
                raise ConflictError(f"{intent.subject}: Route 53 is being asked for an earlier change; read again")
        if self._bell is None:
            return self._at_once(intent, head)
        self._intents.post(intent, Head.of(intent, "pending", self._now), instead_of=head)
        return self._rung(intent.id)

    def is_in_sync(self, change: str) -> bool:
        """Whether all authoritative servers answer with a change; False while it is only intended.

        Raises:
            NorikaeError: the intent was refused, with the error that a direct call would have raised.
        """
        if not change.startswith(PREFIX):
            return self._seen(change)
        head = self._intents.head(subject_in(change))
        if head is None or head.id != change:
            raise RefusedError(f"{subject_in(change)}: a later change took the place of {change}; resume")
        if head.is_open:
            if not self._is_left(head):
                return False
            head = self._without_the_writer(head)
        if head.state == "refused":
            raise head.refusal()
        return self._seen(head.change)

    def _is_left(self, head: Head) -> bool:
        """Whether the zone's writer has left an intent that this function may apply itself."""
        return self._directly_after is not None and self._now - head.made_at >= self._directly_after

    def _rung(self, intent: str) -> str:
        assert self._bell is not None  # noqa: S101 - who has none applies at once
        try:
            self._bell.ring(intent)
        except NorikaeError:
            if self._directly_after is None:
                raise
            self._without_the_writer(self._head(intent))
        return intent

    def _head(self, intent: str) -> Head:
        head = self._intents.head(subject_in(intent))
        if head is None or head.id != intent:
            raise ConflictError(f"{subject_in(intent)}: somebody else changes it; read again")
        return head

    def _at_once(self, intent: Intent, head: Head | None) -> str:
        """Ask Route 53 now; whoever else wants to change the same records sees it."""
        from norikae.zone.apply import applied  # noqa: PLC0415 - a step of a shift never needs it

        mine = Head.of(intent, "taken", self._now)
        self._intents.post(intent, mine, instead_of=head)
        verdict = applied(self._route53, [intent])[intent.id]
        if isinstance(verdict, NorikaeError):
            self._intents.close(mine.refused(verdict, self._now))
            raise verdict
        self._intents.close(mine.applied(verdict, self._now))
        return verdict

    def _without_the_writer(self, head: Head) -> Head:
        """Apply an intent that the zone's writer has left: the way back depends on no queue."""
        from norikae.zone.apply import applied  # noqa: PLC0415 - a step of a shift never needs it

        intent = self._intents.body(head.id)
        if intent is None:
            raise ConflictError(f"{subject_in(head.id)}: it has just been settled; read again")
        intent = msgspec.structs.replace(intent, comment=f"{intent.comment} {BY_ITSELF}")
        doubtful = {head.id} if head.state == "taken" else set()
        mine = self._intents.seize(head, self._now)
        verdict = applied(self._route53, [intent], doubtful=doubtful)[intent.id]
        refused = isinstance(verdict, NorikaeError)
        mine = mine.refused(verdict, self._now) if refused else mine.applied(str(verdict), self._now)  # type: ignore[arg-type]
        self._intents.close(mine)
        return mine

    def _seen(self, change: str) -> bool:
        """Ask for a change, unless somebody has just done so: many applications share one."""
        turn = self._intents.may_ask(change, self._now, self._looks_every)
        if turn is None:
            return True
        if not turn or not self._route53.is_in_sync(change):
            return False
        self._intents.in_sync(change)
        return True
