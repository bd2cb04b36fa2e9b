"""Insights: what AWS found out about a cluster."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from local.aws.eks.pod_identity import PodIdentityOperations

_SUMMARY = (
    *("id", "name", "category", "kubernetesVersion", "lastRefreshTime", "lastTransitionTime", "description"),
    "insightStatus",
)


class InsightOperations(PodIdentityOperations):
    """Reading insights, and asking for fresh ones. The world decides what they say by ``put_insight``."""

    def put_insight(
        self,
        cluster_name: str,
        *,
        name: str,
        status: str,
        version: str,
        category: str = "UPGRADE_READINESS",
        reason: str = "",
        summary: dict[str, Any] | None = None,
    ) -> str:
        """AWS has found something out; the same name and version again replaces it.

        Args:
            cluster_name: the cluster.
            name: such as "Deprecated APIs removed in Kubernetes v1.35".
            status: PASSING, WARNING, ERROR or UNKNOWN.
            version: the Kubernetes version that the insight is about.
            category: UPGRADE_READINESS, MISCONFIGURATION or ROLLBACK_READINESS.
            reason: AWS's explanation of the status.
            summary: the ``categorySpecificSummary``, such as deprecation details.

        Returns:
            The id of the insight.
        """
        insights, now = self.cluster(cluster_name).insights, self.kernel.utcnow()
        same = (i["id"] for i in insights.values() if (i["name"], i["kubernetesVersion"]) == (name, version))
        key = next(same, None) or self.kernel.uuid("eks/insight-ids")
        insights[key] = {
            "id": key,
            "name": name,
            "category": category,
            "kubernetesVersion": version,
            "lastRefreshTime": now,
            "lastTransitionTime": now,
            "description": name,
            "insightStatus": {"status": status, "reason": reason or status.capitalize()},
            "recommendation": "",
            "additionalInfo": {},
            "resources": [],
            "categorySpecificSummary": summary or {},
        }
        return key

    def list_insights(self, **request: Any) -> dict[str, Any]:
        """The insights that a filter lets through."""
        wanted = request.get("filter", {})
        found = [
            {key: deepcopy(insight[key]) for key in _SUMMARY}
            for insight in self.cluster(request["clusterName"]).insights.values()
            if insight["category"] in wanted.get("categories", [insight["category"]])
            and insight["kubernetesVersion"] in wanted.get("kubernetesVersions", [insight["kubernetesVersion"]])
            and insight["insightStatus"]["status"] in wanted.get("statuses", [insight["insightStatus"]["status"]])
        ]
        return self.page(found, request, "insights")

    def describe_insight(self, **request: Any) -> dict[str, Any]:
        """One insight with its details."""
        cluster = self.cluster(request["clusterName"])
        if request["id"] not in cluster.insights:
            raise self.refuse("ResourceNotFound", f"No insight found for ID: {request['id']}", clusterName=cluster.name)
        return {"insight": deepcopy(cluster.insights[request["id"]])}

    def start_insights_refresh(self, **request: Any) -> dict[str, Any]:
        """All insights are looked at again within two to four minutes."""
        cluster = self.active(request["clusterName"])
        if cluster.refresh.get("status") == "IN_PROGRESS":
            text = "An insights refresh is already in progress"
            raise self.refuse("InvalidRequest", text, clusterName=cluster.name)
        cluster.refresh = {"message": "", "status": "IN_PROGRESS", "startedAt": self.kernel.utcnow()}

        def finish() -> None:
            now = self.kernel.utcnow()
            cluster.refresh |= {"status": "COMPLETED", "endedAt": now}
            for insight in cluster.insights.values():
                insight["lastRefreshTime"] = now

        self.later("insights", 120, 240, finish)
        return {"message": "", "status": "IN_PROGRESS"}

    def describe_insights_refresh(self, **request: Any) -> dict[str, Any]:
        """How the latest refresh goes."""
        cluster = self.cluster(request["clusterName"])
        if not cluster.refresh:
            raise self.refuse("ResourceNotFound", "No insights refresh found", clusterName=cluster.name)
        return dict(cluster.refresh)
