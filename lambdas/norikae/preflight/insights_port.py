"""What the core needs of EKS insights."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Insight:
    """One insight of a cluster.

    Args:
        category: UPGRADE_READINESS, MISCONFIGURATION or ROLLBACK_READINESS.
        status: PASSING, WARNING, ERROR or UNKNOWN.
        reason: AWS's own words for the status.
        version: the Kubernetes version that it is about.
        refreshed_at: when EKS last looked, in seconds since the epoch; None when it never has.
        remedy: AWS's recommendation.
        uses: for deprecated APIs, which ones and by whom, in words.
    """

    id: str
    name: str
    category: str
    status: str
    reason: str
    version: str
    refreshed_at: float | None
    remedy: str = ""
    uses: tuple[str, ...] = ()


class Insights(Protocol):
    """What EKS itself found about a cluster."""

    def insights(self, cluster: str) -> tuple[Insight, ...]:
        """Every insight of a cluster, over all pages."""
