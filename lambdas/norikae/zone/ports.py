"""What writing a zone together needs of the world: the intents in the table, the bell, a clock, Route 53."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.clock import Clock
    from norikae.traffic.ports import Dns
    from norikae.zone.intent import Head, Intent


class Taken(NamedTuple):
    """What a writer may apply now.

    Args:
        heads: what is known of each, ``taken`` in its name.
        before: ids of those that somebody had taken before and left without a word: they may have been applied.
    """

    heads: tuple[Head, ...]
    before: frozenset[str]


class Intents(Protocol):
    """The intents of one zone in the table."""

    def head(self, subject: str) -> Head | None:
        """What is known of the last intent about a subject, consistently."""

    def post(self, intent: Intent, head: Head, *, instead_of: Head | None) -> None:
        """Write an intent down if the subject's head still is what was read; ConflictError otherwise.

        An intent that is ``taken`` from the start is its maker's own business: no writer finds it.
        """

    def open(self, most: int) -> list[Intent]:
        """The oldest intents that are written down, consistently; some may be settled or replaced by now."""

    def body(self, intent: str) -> Intent | None:
        """One of them."""

    def take(self, intents: Sequence[Intent], now: float) -> Taken:
        """Take those that are still open, one per subject; whatever is not open any more is forgotten."""

    def seize(self, head: Head, now: float) -> Head:
        """Take one, whoever has it; ConflictError when it is not as it was read."""

    def settle(self, heads: Sequence[Head]) -> None:
        """Write what became of intents and forget their batches; one that was replaced meanwhile is left alone."""

    def close(self, head: Head) -> None:
        """Write what became of one intent whose maker applied it; its batch is left for the writer to forget."""

    def may_ask(self, change: str, now: float, every: float) -> bool | None:
        """Whether it is this caller's turn to ask for a change; None once it is known to be in sync."""

    def in_sync(self, change: str) -> None:
        """Remember that a change is in sync, for everybody."""


class Bell(Protocol):
    """Wakes the writer of the zone."""

    def ring(self, reason: str) -> None:
        """Let it look at the intents soon, at least once; the same reason within five minutes rings once."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A hosted zone with everything that its writer touches.

    Args:
        id: the hosted zone's.
        intents: what shall change.
        route53: Route 53 itself, without the guard that stands before every other function.
        bell: rings for what is left.
        clock: its time.
    """

    id: str
    intents: Intents
    route53: Dns
    bell: Bell
    clock: Clock
