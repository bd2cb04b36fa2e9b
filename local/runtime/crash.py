"""Functions that die at random, the same way for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """What becomes of one invocation."""

    LIVES = "lives"
    BEFORE = "dies before its effect"
    BETWEEN = "dies right after one of its calls took effect"
    AFTER = "dies after its effect, before the answer"


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
