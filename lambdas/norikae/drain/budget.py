"""A PodDisruptionBudget as a drain sees it."""

from __future__ import annotations

import msgspec


class Expression(msgspec.Struct, frozen=True):
    """One of a selector's ``matchExpressions``."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class Selector(msgspec.Struct, frozen=True):
    """A label selector; an empty one selects every pod of its namespace (policy/v1)."""

    labels: dict[str, str] = {}
    expressions: tuple[Expression, ...] = ()


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget with what its controller last counted.

    Args:
        namespace: where it is.
        name: its name.
        selector: which pods; None selects none.
        allowed: ``status.disruptionsAllowed``.
        healthy: ``status.currentHealthy``.
        desired: ``status.desiredHealthy``.
        expected: ``status.expectedPods``.
        seen: whether its controller has counted since it was last changed (observedGeneration).
        evicts_unhealthy: ``unhealthyPodEvictionPolicy: AlwaysAllow``.
    """

    namespace: str
    name: str
    selector: Selector | None = None
    allowed: int = 0
    healthy: int = 0
    desired: int = 0
    expected: int = 0
    seen: bool = True
    evicts_unhealthy: bool = False

    @property
    def key(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"
