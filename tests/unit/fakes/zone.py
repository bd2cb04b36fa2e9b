"""A zone's intents in memory, a bell that only counts, and a clock that the story moves."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.errors import ConflictError
from norikae.zone.intent import Head, Intent, subject_in
from norikae.zone.ports import Taken


class FakeIntents:
    """``Intents`` in memory: the conditions are those of the table."""

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.bodies: dict[str, Intent] = {}
        self.asked: dict[str, float | None] = {}

    def head(self, subject: str) -> Head | None:
        return self.heads.get(subject)

    def post(self, intent: Intent, head: Head, *, instead_of: Head | None) -> None:
        self._put(head, instead_of)
        if head.state == "pending":
            self.bodies[intent.id] = intent

    def open(self, most: int) -> list[Intent]:
        return [self.bodies[key] for key in sorted(self.bodies)[:most]]

    def body(self, intent: str) -> Intent | None:
        return self.bodies.get(intent)

    def take(self, intents: Any, now: float) -> Taken:
        taken, before = [], set()
        for one in intents:
            head = self.heads.get(one.subject)
            if head is None or head.id != one.id or not head.is_open:
                del self.bodies[one.id]
                continue
            before |= {one.id} if head.state == "taken" else set()
            self.heads[one.subject] = msgspec.structs.replace(head, state="taken", at=now)
            taken.append(self.heads[one.subject])
        return Taken(tuple(taken), frozenset(before))

    def seize(self, head: Head, now: float) -> Head:
        mine = msgspec.structs.replace(head, state="taken", at=now)
        self._put(mine, head)
        return mine

    def settle(self, heads: Any) -> None:
        for head in heads:
            self.close(head)
            self.bodies.pop(head.id, None)

    def close(self, head: Head) -> None:
        known = self.heads[subject_in(head.id)]
        if (known.id, known.state) == (head.id, "taken"):
            self.heads[subject_in(head.id)] = head

    def may_ask(self, change: str, now: float, every: float) -> bool | None:
        asked = self.asked.get(change, 0.0)
        if asked is None:
            return None
        if asked > now - every:
            return False
        self.asked[change] = now
        return True

    def in_sync(self, change: str) -> None:
        self.asked[change] = None

    def _put(self, head: Head, instead_of: Head | None) -> None:
        if self.heads.get(subject_in(head.id)) != instead_of:
            raise ConflictError("somebody wrote first")
        self.heads[subject_in(head.id)] = head


class FakeBell:
    """How often it rang, and whether it is broken."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.broken: Exception | None = None

    def ring(self, reason: str) -> None:
        if self.broken:
            raise self.broken
        self.rung.append(reason)


class FakeClock:
    """A clock that stands still but for sleeps."""

    def __init__(self, now: float) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
