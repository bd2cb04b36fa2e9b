"""What EKS itself says about a cluster: all is well unless the test says otherwise."""

from __future__ import annotations

from typing import Any

from norikae.preflight.insights_port import Insight
from tests.unit.fakes.demo import NOW

HOUR = 3600.0


def insight(name: str, status: str = "PASSING", **more: Any) -> Insight:
    """An insight that EKS has looked at an hour ago."""
    fields: dict[str, Any] = {
        "id": f"insight-{name}",
        "category": "UPGRADE_READINESS",
        "reason": f"{name} is {status}",
        "version": "1.34",
        "refreshed_at": NOW - HOUR,
        **more,
    }
    return Insight(name=name, status=status, **fields)


class FakeInsights:
    """The port ``Insights`` over a list."""

    def __init__(self, *found: Insight) -> None:
        self.found = list(found) or [
            insight("Deprecated APIs removed in Kubernetes v1.34"),
            insight("Cluster health issues", version=""),
            insight("Kubelet version skew"),
        ]

    def insights(self, cluster: str) -> tuple[Insight, ...]:
        assert cluster
        return tuple(self.found)
