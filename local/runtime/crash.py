"""Functions that die: at random, the same way for the same seed, or each once where it is wanted."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Fate(Enum):
    """What becomes of one invocation."""

    LIVES = "lives"
    BEFORE = "dies before its effect"
    BETWEEN = "dies right after one of its calls took effect"
    AFTER = "dies after its effect, before the answer"


class Crashes(Protocol):
    """Says which invocations die."""

    def fate(self, function: str, nth: int) -> tuple[Fate, int]:
        """What becomes of the nth invocation of a function, and after which call if it dies between calls."""


_LATEST_CALL = 6


@dataclass(frozen=True)
class CrashPlan:
    """Which invocations die, and when.

    Args:
        seed: the same seed gives the same deaths.
        probability: of each invocation's death, from 0 to 1.
        spared: names of functions that never die.
    """

    seed: int
    probability: float = 0.1
    spared: frozenset[str] = frozenset()

    def fate(self, function: str, nth: int) -> tuple[Fate, int]:
        """What becomes of the nth invocation of a function, and after which call if it dies between calls.

        A death after the kth call becomes a death before the answer when the invocation makes fewer calls.

        Args:
            function: its name.
            nth: counted from 1, per function.
        """
        draw = random.Random(f"{self.seed}/{function}/{nth}")
        if function in self.spared or draw.random() >= self.probability:
            return Fate.LIVES, 0
        return draw.choice((Fate.BEFORE, Fate.BETWEEN, Fate.AFTER)), draw.randint(1, _LATEST_CALL)


@dataclass
class Strike:
    """Kills the next invocation of each function that it is aimed at, and none after it.

    Args:
        aimed: what becomes of that invocation, by function.
        hit: the functions that died, in order.
    """

    aimed: dict[str, Fate] = field(default_factory=dict)
    hit: list[str] = field(default_factory=list)

    def fate(self, function: str, nth: int) -> tuple[Fate, int]:
        """What becomes of this invocation.

        Args:
            function: its name.
            nth: of no interest here.
        """
        del nth
        fate = self.aimed.pop(function, Fate.LIVES)
        if fate is not Fate.LIVES:
            self.hit.append(function)
        return fate, 1
