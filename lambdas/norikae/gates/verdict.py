"""What a gate says, and what several gates say together."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Outcome(IntEnum):
    """From best to worst; only PASS lets a shift go on."""

    PASS = 0
    INCONCLUSIVE = 1
    ERROR = 2
    FAIL = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gate's outcome with its reason in words and figures.

    Args:
        gate: its kind.
        outcome: what it says.
        reason: why.
        critical: it fails because green hardly answers at all, so the way back must not be taken in steps.
    """

    gate: str
    outcome: Outcome
    reason: str
    critical: bool = False


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that decides; without any verdict nothing passes."""
    return max(verdicts, key=lambda verdict: verdict.outcome, default=Verdict("gates", Outcome.INCONCLUSIVE, "no gate"))
