"""How often a slice looks: as seldom as what it waits for allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain.acts import Delete, Evict
from norikae.drain.eyes import MANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.acts import Turn

BUDGETS_EVERY = 0.5
"""Seconds between two looks at budgets that keep pods only until others are back: one request for all nodes."""
PODS_EVERY = 2.0
"""Seconds between two looks at pods meanwhile; they only say which nodes are empty."""
PODS_SELDOM = 10.0
"""The same while only volumes and load balancers are waited for."""
FIRST_LOOK, LONGEST_LOOK = 1.0, 4.0
"""Seconds until pods that were asked are looked at; doubled each time."""
DEAR_LOOK = 5.0
"""The same where every node costs a request: most pods have stopped by then, so that one look is enough."""
LEAST = 0.2


class Pace:
    """When pods are looked at next, and how long a slice sleeps until anything is."""

    def __init__(self) -> None:
        self._look_at = 0.0
        self._step = FIRST_LOOK

    def is_time_for_pods(self, now: float) -> bool:
        """Whether pods are read at this look."""
        return now >= self._look_at

    def after(self, turns: Sequence[Turn], now: float) -> float:
        """Seconds to sleep after these turns.

        Args:
            turns: those that wait for something.
            now: the instant of the look that they were decided on.
        """
        looked, on = self.is_time_for_pods(now), {turn.on for turn in turns}
        if any(isinstance(act, Evict | Delete) for turn in turns for act in turn.acts):
            self._step = FIRST_LOOK if len(turns) > MANY else DEAR_LOOK
        elif looked:
            self._step = max(self._step, min(self._step * 2, LONGEST_LOOK))
        at = min((turn.at for turn in turns), default=now + FIRST_LOOK)
        if "budgets" in on:
            self._look_at = now + PODS_EVERY if looked else self._look_at
            at = min(at, now + BUDGETS_EVERY)
        elif "graces" in on:
            self._look_at = now + self._step if looked else max(self._look_at, now + LEAST)
            at = min(at, self._look_at)
        else:
            self._look_at = at if "world" in on else now + PODS_SELDOM if looked else self._look_at
        return max(LEAST, at - now)
