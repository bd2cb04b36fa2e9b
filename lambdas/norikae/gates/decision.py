"""What follows from the gates' verdicts, the operator's flags and the time: one pure function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from norikae.gates.verdict import Outcome, Verdict, worst

Next = Literal["bake", "step", "finish", "hold", "roll-back"]


@dataclass(frozen=True, slots=True)
class Look:
    """What is known at one look during a bake.

    Args:
        aborted: an operator wants everything back on blue.
        held: an operator wants the weight to stay (the run is paused, or the application is on hold).
        bake_left_seconds: how much of the bake is left; 0 or less when it is over.
        verdicts: the gates' verdicts.
        inconclusive: looks after the bake that were inconclusive, before this one.
        inconclusive_limit: how many are tolerated.
        next_weight: the step that follows, or None after the last one.
    """

    aborted: bool
    held: bool
    bake_left_seconds: float
    verdicts: Sequence[Verdict]
    inconclusive: int
    inconclusive_limit: int
    next_weight: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the shift does next and why.

    Args:
        next: the word that the state machine's Choice reads.
        reason: for the log, the report and people.
        inconclusive: the new count of inconclusive looks.
        critical: it goes back because green hardly answers at all.
        drains: looks that waited because green's nodes were being drained or a secret lagged, when this is one.
    """

    next: Next
    reason: str
    inconclusive: int = 0
    critical: bool = False
    drains: int = 0


def decide(look: Look) -> Decision:  # noqa: PLR0911 - one line per rule, best rule first
    """Abort wins over a failed gate, that over a hold, that over going on; only PASS goes on, and only after the bake.

    A gate that cannot be read for too long holds, and never sends anything back.
    """
    if look.aborted:
        return Decision("roll-back", "an operator aborted the run")
    outcome = worst(look.verdicts).outcome
    said = " | ".join(f"{one.gate}: {one.reason}" for one in look.verdicts if one.outcome is outcome) or "no gate"
    if outcome is Outcome.FAIL:
        return Decision("roll-back", said, critical=any(one.critical for one in look.verdicts))
    if look.held:
        return Decision("hold", "an operator holds the application or paused the run")
    if outcome is Outcome.ERROR:
        return Decision("hold", f"{said}; repair what cannot be read, then resume", look.inconclusive)
    if look.bake_left_seconds > 0:
        return Decision("bake", f"{look.bake_left_seconds:.0f} s of the bake are left")
    if outcome is Outcome.PASS:
        return Decision("finish" if look.next_weight is None else "step", said)
    if look.inconclusive >= look.inconclusive_limit:
        return Decision("hold", f"still no verdict after {look.inconclusive} looks; {said}", look.inconclusive)
    return Decision("bake", said, look.inconclusive + 1)
