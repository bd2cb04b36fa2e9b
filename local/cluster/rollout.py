"""How a rolling update moves replicas between ReplicaSets: pure decisions.

Source: ``pkg/controller/deployment/rolling.go`` and ``util/deployment_util.go`` (NewRSNewReplicas, ResolveFenceposts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.cluster.objects import portion


@dataclass(frozen=True)
class Bounds:
    """How far a rollout may leave the wanted number of replicas."""

    surge: int
    unavailable: int


@dataclass(frozen=True)
class Set:
    """A ReplicaSet as the rollout sees it."""

    name: str
    replicas: int
    available: int


def bounds(strategy: Mapping[str, Any], replicas: int) -> Bounds:
    """The absolute bounds of a deployment's strategy; percentages round surge up and unavailable down.

    Both zero would never move, so then one may be unavailable.
    """
    rolling = strategy.get("rollingUpdate") or {}
    surge = portion(rolling.get("maxSurge", "25%"), replicas, up=True)
    unavailable = portion(rolling.get("maxUnavailable", "25%"), replicas, up=False)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return Bounds(surge, min(unavailable, replicas))


def next_scales(new: Set, old: Sequence[Set], replicas: int, limit: Bounds) -> dict[str, int]:
    """The next sizes of the ReplicaSets that change: the new one grows first, then old ones shrink.

    Args:
        new: the ReplicaSet of the current template.
        old: the others, oldest first.
        replicas: what the deployment asks for.
        limit: surge and unavailability that the strategy allows.
    """
    total = new.replicas + sum(one.replicas for one in old)
    if new.replicas > replicas:
        return {new.name: replicas}
    if new.replicas < replicas:
        room = replicas + limit.surge - total
        if room > 0:
            return {new.name: min(new.replicas + room, replicas)}
    return _shrink(new, old, replicas - limit.unavailable)


def _shrink(new: Set, old: Sequence[Set], minimum: int) -> dict[str, int]:
    total = new.replicas + sum(one.replicas for one in old)
    budget = total - minimum - (new.replicas - new.available)
    if budget <= 0:
        return {}
    sizes = {one.name: one.replicas for one in old}
    for one in old:  # replicas that serve nobody go first
        cleaned = min(budget, max(0, one.replicas - one.available))
        sizes[one.name] -= cleaned
        budget -= cleaned
    spare = new.available + sum(one.available for one in old) - minimum
    for one in old:
        taken = max(0, min(sizes[one.name], spare))
        sizes[one.name] -= taken
        spare -= taken
    return {one.name: sizes[one.name] for one in old if sizes[one.name] != one.replicas}
