"""How many replicas a HorizontalPodAutoscaler wants by the CPU that its pods use; pure.

Sources: ``pkg/controller/podautoscaler/replica_calculator.go`` (GetResourceReplicas) and ``horizontal.go``
(stabilizeRecommendationWithBehaviors; the default behaviour of autoscaling/v2).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SYNC_SECONDS = 15.0
"""``--horizontal-pod-autoscaler-sync-period``."""
TOLERANCE = 0.1
"""``--horizontal-pod-autoscaler-tolerance``."""
STABILISATION_SECONDS = 300.0
"""Scaling in takes the largest recommendation of so long (``behavior.scaleDown.stabilizationWindowSeconds``)."""
MOST_MORE, MOST_TIMES = 4, 2
"""In one sync period at most so many pods more, or so many times as many, whichever is larger."""


def recommended(current: int, target_percent: float, ready: Sequence[float], unready: int) -> int:
    """Replicas by the pods' figures alone.

    Args:
        current: replicas that the target is to have.
        target_percent: ``averageUtilization``.
        ready: the utilisation of each ready pod, in percent.
        unready: pods that are not ready yet, which count as idle before more are added.
    """
    if not ready:
        return current
    ratio = sum(ready) / len(ready) / target_percent
    if abs(ratio - 1) <= TOLERANCE:
        return current
    counted = len(ready)
    if ratio > 1 and unready:
        counted += unready
        ratio = sum(ready) / counted / target_percent
        if ratio <= 1 + TOLERANCE:
            return current
    return ceil(round(ratio * counted, 6))


def stabilised(current: int, wanted: int, before: Sequence[int]) -> int:
    """What becomes of a recommendation: scaling out is bounded, scaling in waits for the largest one of the window.

    Args:
        current: replicas that the target is to have.
        wanted: the newest recommendation.
        before: those of the window.
    """
    if wanted < current:
        return min(current, max([wanted, *before]))
    return min(wanted, max(current * MOST_TIMES, current + MOST_MORE))
