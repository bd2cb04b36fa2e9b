"""EKS insights by boto3: the port ``norikae.preflight.insights_port.Insights``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import look_up, pages
from norikae.preflight.insights_port import Insight

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT = "ResourceNotFoundException"
CLIENTS = 3
"""How many clients of a deprecated API are named."""


class EksInsights:
    """The insights of EKS in the process's account and region.

    Args:
        eks: a boto3 client.
    """

    def __init__(self, eks: Any) -> None:
        self._eks = eks

    def insights(self, cluster: str) -> tuple[Insight, ...]:
        """Every insight of a cluster; those that do not pass with their details."""
        return tuple(
            self._read(cluster, found)
            for page in pages(self._eks.list_insights, clusterName=cluster)
            for found in page["insights"]
        )

    def _read(self, cluster: str, summary: dict[str, Any]) -> Insight:
        status = summary.get("insightStatus", {})
        found = summary if status.get("status") == "PASSING" else self._described(cluster, summary)
        refreshed = found.get("lastRefreshTime")
        return Insight(
            id=found["id"],
            name=found["name"],
            category=found["category"],
            status=status.get("status", "UNKNOWN"),
            reason=status.get("reason", ""),
            version=found.get("kubernetesVersion", ""),
            refreshed_at=refreshed.timestamp() if refreshed else None,
            remedy=found.get("recommendation", ""),
            uses=tuple(_uses(found.get("categorySpecificSummary", {}))),
        )

    def _described(self, cluster: str, summary: dict[str, Any]) -> dict[str, Any]:
        """The details, or only the summary when the insight went away between the list and this."""
        answer = look_up(self._eks.describe_insight, ABSENT, clusterName=cluster, id=summary["id"])
        return summary if answer is None else answer["insight"]


def _uses(summary: dict[str, Any]) -> Iterator[str]:
    for detail in summary.get("deprecationDetails", []):
        clients = [
            f"{client.get('userAgent', 'somebody')} ({client.get('numberOfRequestsLast30Days', 0)} requests in 30 days)"
            for client in detail.get("clientStats", [])
        ]
        more = f" and {len(clients) - CLIENTS} more" if len(clients) > CLIENTS else ""
        by = f" by {', '.join(clients[:CLIENTS])}{more}" if clients else ""
        yield f"{detail.get('usage', 'an API')}{by}"
