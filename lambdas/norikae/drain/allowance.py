"""How many pods the disruption budgets let go now, over all nodes together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from norikae.drain.budget import Budget, Expression, Selector
    from norikae.drain.pod import Pod

Said = Literal["granted", "later", "never"]
BEYOND_BUDGETS = ("Pending", "Succeeded", "Failed")
"""Phases in which a pod serves nobody: the eviction API does not ask budgets about it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a pod may go now.

    Args:
        said: ``granted``; ``later``, when others are back; ``never``, by no waiting.
        budgets: those that select it, as ``namespace/name``.
    """

    said: Said
    budgets: tuple[str, ...] = ()


class Allowance:
    """What one reading of the budgets allows; every leave that it grants is counted.

    Args:
        budgets: as their controller last counted.
        resting: keys of budgets that refused an eviction a moment ago, whose count is late.
    """

    def __init__(self, budgets: Iterable[Budget], resting: Collection[str] = ()) -> None:
        self._resting = resting
        self._of: dict[str, list[Budget]] = defaultdict(list)
        self._left: dict[str, int] = {}
        self._covering: dict[tuple[str, frozenset[tuple[str, str]]], list[Budget]] = {}
        for budget in budgets:
            self._of[budget.namespace].append(budget)
            self._left[budget.key] = budget.allowed

    def covering(self, pod: Pod) -> list[Budget]:
        """The budgets that select a pod; worked out once for all pods with the same labels."""
        look = (pod.namespace, frozenset(pod.labels.items()))
        if look not in self._covering:
            of_namespace = self._of.get(pod.namespace, ())
            self._covering[look] = [one for one in of_namespace if selects(one.selector, pod.labels)]
        return self._covering[look]

    def take(self, pod: Pod) -> Leave:
        """Whether a pod may go, as the eviction API will answer (``pkg/registry/core/pod/storage/eviction.go``)."""
        covering = [] if pod.phase in BEYOND_BUDGETS else self.covering(pod)
        keys = tuple(sorted(one.key for one in covering))
        if len(covering) > 1:
            return Leave("never", keys)
        return Leave(self._said(covering[0], pod), keys) if covering else Leave("granted")

    def _said(self, budget: Budget, pod: Pod) -> Said:
        """What one budget says of a pod that only it selects."""
        if not pod.ready and _lets_the_unhealthy_go(budget):
            return "granted"
        if not budget.seen or budget.key in self._resting:
            return "later"
        if self._left[budget.key] > 0:
            self._left[budget.key] -= 1
            return "granted"
        return "never" if is_stuck(budget) else "later"


def is_stuck(budget: Budget) -> bool:
    """Whether a budget lets nothing go although everything that it expects is healthy: no waiting helps.

    Right after an eviction it also allows nothing, but then more pods are still counted as healthy than it desires.
    """
    return budget.seen and budget.allowed <= 0 and 0 < budget.expected <= budget.healthy <= budget.desired


def selects(selector: Selector | None, labels: Mapping[str, str]) -> bool:
    """Whether a budget's selector fits: none selects nothing, an empty one everything (policy/v1)."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in selector.labels.items()):
        return False
    return all(_fits(one, labels) for one in selector.expressions)


def _fits(expression: Expression, labels: Mapping[str, str]) -> bool:
    """Whether one expression fits; without the label NotIn does, too (Kubernetes docs, "Labels and Selectors")."""
    value = labels.get(expression.key)
    match expression.operator:
        case "In":
            return value in expression.values
        case "NotIn":
            return value not in expression.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False


def _lets_the_unhealthy_go(budget: Budget) -> bool:
    """``unhealthyPodEvictionPolicy``: always, or as long as those that are healthy suffice (Kubernetes docs)."""
    return budget.evicts_unhealthy or 0 < budget.desired <= budget.healthy
