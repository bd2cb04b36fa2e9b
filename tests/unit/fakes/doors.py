"""Doors and calendars in memory, with the refusals of the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from norikae.errors import BadRequestError
from norikae.windows.ports import CalendarState

Json = dict[str, Any]


@dataclass
class FakeCallers:
    """Knows proofs by heart."""

    me: str = "arn:aws:sts::123456789012:assumed-role/norikae-demo-answer-chat/answer"
    known: dict[str, str] = field(default_factory=dict)

    def prove(self) -> str:
        self.known["proof of me"] = self.me
        return "proof of me"

    def of(self, proof: str) -> str:
        if proof not in self.known:
            raise BadRequestError("command: proof: STS does not know who signed it; sign a new one")
        return self.known[proof]


@dataclass
class FakeNotes:
    """The queue of interruptions."""

    sent: list[Json] = field(default_factory=list)

    def drain(self, letter: Json) -> None:
        self.sent.append(letter)


@dataclass
class FakeCalendars:
    """Calendars that are closed at certain times."""

    closed: tuple[tuple[float, float], ...] = ()
    asked: list[tuple[tuple[str, ...], float]] = field(default_factory=list)

    def state(self, names: Sequence[str], at: float) -> CalendarState:
        self.asked.append((tuple(names), at))
        for begin, end in self.closed:
            if begin <= at < end:
                return CalendarState(is_open=False, until=end)
        return CalendarState(is_open=True, until=min((begin for begin, _ in self.closed if begin > at), default=None))
