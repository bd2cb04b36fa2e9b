"""How users of an application behave: what they keep, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

OVERHOLDING = 0.0874
"""The share of 8,524 resolvers that were measured to extend TTLs (PAM 2023)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What users of an application keep.

    Args:
        connections: persistent connections that share the requests; 0: each request has a connection of its own.
        websockets: WebSockets that are always open, besides.
        overholding: the share of resolvers that keep answers for longer than they may.
        times_ttl: for how many TTLs those keep them, from and to; drawn for each.
    """

    connections: int = 0
    websockets: int = 0
    overholding: float = 0.0
    times_ttl: tuple[float, float] = (3.0, 20.0)

    def holds(self, draw: random.Random) -> float:
        """For how many TTLs a resolver keeps answers."""
        return draw.uniform(*self.times_ttl) if self.overholding and draw.random() < self.overholding else 1.0


FLEETING = Habits()
"""Nothing is kept."""
