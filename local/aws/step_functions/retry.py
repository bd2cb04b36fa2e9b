"""Retriers and catchers.

Source: "Handling errors in Step Functions workflows", AWS Step Functions Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from local.aws.step_functions.errors import StateError

_NEVER_MORE_THAN = 31_622_400


class Retries:
    """How often each retrier of one visit has been used.

    Args:
        retriers: the state's ``Retry``.
        draw: the random numbers for ``JitterStrategy`` FULL.
    """

    def __init__(self, retriers: list[dict[str, Any]], draw: random.Random) -> None:
        self._retriers = retriers
        self._used = [0] * len(retriers)
        self._draw = draw

    def delay(self, error: StateError) -> float | None:
        """Seconds until the next attempt, or nothing when the error is not to be retried (any more)."""
        for number, retrier in enumerate(self._retriers):
            if not error.matches(retrier["ErrorEquals"]):
                continue
            if self._used[number] >= retrier.get("MaxAttempts", 3):
                return None
            self._used[number] += 1
            return self._delay(retrier, self._used[number])
        return None

    def _delay(self, retrier: dict[str, Any], attempt: int) -> float:
        longest = retrier.get("MaxDelaySeconds", _NEVER_MORE_THAN)
        seconds: float = retrier.get("IntervalSeconds", 1)
        for _ in range(attempt - 1):
            seconds = min(seconds * retrier.get("BackoffRate", 2.0), longest)
        seconds = min(seconds, longest)
        return self._draw.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds


def catcher(state: dict[str, Any], error: StateError) -> dict[str, Any] | None:
    """The first catcher of a state that sees the error."""
    return next((one for one in state.get("Catch", ()) if error.matches(one["ErrorEquals"])), None)
