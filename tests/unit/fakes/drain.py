"""Claims and machines in memory, with the refusals of the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec

from norikae.drain.claim import Claim, Wave
from norikae.drain.news import is_news
from norikae.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.interruption import Hook
    from norikae.drain.ports import Impairment, Machine, Waiting


class FakeClaims:
    """The claims of one table; values are stored as JSON, so that nothing is shared by accident."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], bytes] = {}
        self.waves: dict[str, Wave] = {}
        self.writes = 0

    def open(self, cluster: str) -> list[Claim]:
        return [claim for claim in self.all(cluster) if claim.is_open]

    def unsettled(self, cluster: str) -> list[Claim]:
        return [claim for claim in self.all(cluster) if claim.is_open or is_news(claim)]

    def of(self, cluster: str, instance: str) -> Claim | None:
        body = self.items.get((cluster, instance))
        return None if body is None else msgspec.json.decode(body, type=Claim)

    def write(self, claim: Claim, *, instead_of: Claim | None) -> None:
        known = self.items.get((claim.cluster, claim.instance))
        if known != (None if instead_of is None else msgspec.json.encode(instead_of)):
            raise ConflictError("somebody wrote first")
        self.writes += 1
        self.items[claim.cluster, claim.instance] = msgspec.json.encode(claim)

    def wave(self, cluster: str) -> Wave:
        return self.waves.get(cluster, Wave())

    def close(self, cluster: str, wave: Wave) -> None:
        if self.wave(cluster) == wave:
            self.waves[cluster] = Wave(number=wave.number + 1)

    def all(self, cluster: str) -> list[Claim]:
        """Also those that are finished."""
        return [msgspec.json.decode(body, type=Claim) for key, body in sorted(self.items.items()) if key[0] == cluster]


@dataclass
class FakeFleet:
    """Machines by instance; a lifecycle action that is not in ``actions`` is not active (any more)."""

    known: dict[str, Machine] = field(default_factory=dict)
    held: dict[str, list[Waiting]] = field(default_factory=dict)
    impairments: list[Impairment] = field(default_factory=list)
    actions: set[tuple[str, str]] = field(default_factory=set)
    """Group and instance of the lifecycle actions that wait."""
    sends: dict[str, set[str]] = field(default_factory=lambda: {"web": set()})
    """Target group to the instances that it sends to."""
    target_calls: int = 0
    completed: list[tuple[str, str, str]] = field(default_factory=list)
    """Group, instance and result of the actions that were answered; a repeat that found none is not here."""
    beats: list[tuple[str, str]] = field(default_factory=list)
    heartbeat: int = 300
    broken: Exception | None = None

    def machines(self, instances: Sequence[str]) -> dict[str, Machine]:
        self._asked()
        return {one: self.known[one] for one in instances if one in self.known}

    def waiting(self, cluster: str) -> list[Waiting]:
        self._asked()
        return list(self.held.get(cluster, []))

    def impaired(self, instances: Sequence[str]) -> list[Impairment]:
        self._asked()
        return [one for one in self.impairments if one.instance in instances]

    def complete(self, hook: Hook, instance: str, result: Literal["CONTINUE", "ABANDON"]) -> None:
        self._asked()
        if (hook.group, instance) in self.actions:
            self.actions.discard((hook.group, instance))
            self.completed.append((hook.group, instance, result))

    def beat(self, hook: Hook, instance: str) -> bool:
        self._asked()
        if (hook.group, instance) not in self.actions:
            return False
        self.beats.append((hook.group, instance))
        return True

    def heartbeat_seconds(self, hook: Hook) -> int:
        self._asked()
        return self.heartbeat if hook.name else 0

    def target_groups(self) -> tuple[str, ...]:
        self._asked()
        self.target_calls += 1
        return tuple(sorted(self.sends))

    def targets(self, group: str) -> frozenset[str]:
        self._asked()
        self.target_calls += 1
        return frozenset(self.sends[group])

    def _asked(self) -> None:
        if self.broken:
            raise self.broken
