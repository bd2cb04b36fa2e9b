"""Green against blue in the same window: a ratio, a floor under it, and a bound of its own when blue says nothing."""

from dataclasses import dataclass

from norikae.gates.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is fine.

    Args:
        most: what is fine without asking blue.
        ratio: so many times blue's figure fails.
        floor: what never fails, however good blue is.
    """

    most: float
    ratio: float
    floor: float


def compared(green: float, blue: float | None, bounds: Bounds) -> tuple[Outcome, float]:
    """What green's figure means, and the figure that it was held against.

    A green that is worse than ``most`` while blue is hardly better passes nothing, but does not go back to it either.

    Args:
        green: green's figure; less is better.
        blue: blue's in the same window, None when blue had too few requests to compare.
        bounds: what is fine.
    """
    allowed = bounds.most if blue is None else max(bounds.floor, bounds.ratio * blue)
    if green > allowed:
        return Outcome.FAIL, allowed
    if green > bounds.most:
        return Outcome.INCONCLUSIVE, bounds.most
    return Outcome.PASS, allowed
