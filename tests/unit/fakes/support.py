"""AWS Health and the reminders in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from norikae.errors import ConflictError
from norikae.support.ports import HealthEvent, Reminded


@dataclass
class FakeAwsHealth:
    """Events by hand, and whether the account may ask for them."""

    events: list[HealthEvent] = field(default_factory=list)
    entities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    may_ask: bool = True
    asked: list[str] = field(default_factory=list)

    def about_eks(self, region: str) -> tuple[HealthEvent, ...] | None:
        self.asked.append(region)
        return tuple(self.events) if self.may_ask else None

    def affected(self, arns: Collection[str]) -> dict[str, tuple[str, ...]]:
        return {arn: self.entities[arn] for arn in arns if arn in self.entities}


@dataclass
class FakeReminders:
    """What was told; a write may be made to fail, as when the function dies before it."""

    kept: Reminded | None = None
    dies: bool = False
    writes: int = 0

    def read(self) -> Reminded | None:
        return self.kept

    def write(self, reminded: Reminded, *, instead_of: Reminded | None) -> None:
        if self.dies:
            raise KilledError
        if self.kept != instead_of:
            raise ConflictError("another look wrote first")
        self.kept, self.writes = reminded, self.writes + 1


class KilledError(Exception):
    """The function died here."""
