"""Insights: what AWS found out about a cluster."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local.aws.eks.pod_identity import PodIdentityOperations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.aws.eks.records import EksCluster
    from local.kubernetes.audit import Outdated

_SUMMARY = (
    *("id", "name", "category", "kubernetesVersion", "lastRefreshTime", "lastTransitionTime", "description"),
    "insightStatus",
)
_DAY = 24 * 3600
_IN_PLACE = ("Kubelet version skew", "kube-proxy version skew", "EKS add-on version compatibility")
HEALTH = "Cluster health issues"


class InsightOperations(PodIdentityOperations):
    """Reading insights, and asking for fresh ones.

    EKS looks at a new cluster, then once a day and on demand: at requests to API versions that go, and nothing else.
    Whatever else insights say, the world decides by ``put_insight``.
    """

    outdated: Callable[[str], Iterable[Outdated]]
    """The requests to API versions on their way out, by cluster."""

    def look_daily(self, cluster: EksCluster) -> None:
        """Insights about a cluster from now on."""

        def look() -> None:
            if self.clusters.get(cluster.name) is cluster:
                self._look(cluster)
                self.kernel.after(_DAY, look)

        look()

    def _look(self, cluster: EksCluster) -> None:
        """What EKS finds by itself; the status is about the next minor version: ERROR, or WARNING for later ones."""
        minor = int(cluster.version.split(".")[1])
        for name in (HEALTH, *_IN_PLACE):
            if not any(one["name"] == name for one in cluster.insights.values()):
                self.put_insight(cluster.name, name=name, status="PASSING", version=f"1.{minor + 1}")
        found: dict[int, list[Outdated]] = {32: []} if minor < 32 else {}  # noqa: PLR2004 - what this world removes
        for one in self.outdated(cluster.name):
            found.setdefault(one.removed_in, []).append(one)
        for removed_in, uses in found.items():
            self.put_insight(
                cluster.name,
                name=f"Deprecated APIs removed in Kubernetes v1.{removed_in}",
                status="PASSING" if not uses else "ERROR" if removed_in == minor + 1 else "WARNING",
                version=f"1.{removed_in}",
                reason="Deprecated API usage detected within last 30 days." if uses else "No deprecated API usage.",
                summary={"deprecationDetails": _details(uses)},
                recommendation="Update manifests and API clients to use newer Kubernetes APIs if applicable before"
                f" upgrading to Kubernetes v1.{removed_in}.",
            )
        for insight in cluster.insights.values():
            insight["lastRefreshTime"] = self.kernel.utcnow()

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
        recommendation: str = "",
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
            recommendation: what AWS advises.

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
            "recommendation": recommendation,
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
            self._look(cluster)
            cluster.refresh |= {"status": "COMPLETED", "endedAt": self.kernel.utcnow()}

        self.later("insights", 120, 240, finish)
        return {"message": "", "status": "IN_PROGRESS"}

    def describe_insights_refresh(self, **request: Any) -> dict[str, Any]:
        """How the latest refresh goes."""
        cluster = self.cluster(request["clusterName"])
        if not cluster.refresh:
            raise self.refuse("ResourceNotFound", "No insights refresh found", clusterName=cluster.name)
        return dict(cluster.refresh)


def _details(uses: list[Outdated]) -> list[dict[str, Any]]:
    """One detail per API version, with all of its clients."""
    return [
        {
            "usage": path,
            "replacedWith": next(one.replacement for one in uses if one.path == path),
            "stopServingVersion": next(f"1.{one.removed_in}" for one in uses if one.path == path),
            "clientStats": [_client(one) for one in uses if one.path == path],
        }
        for path in sorted({one.path for one in uses})
    ]


def _client(one: Outdated) -> dict[str, Any]:
    last = datetime.fromtimestamp(one.last, UTC)
    return {"userAgent": one.agent, "numberOfRequestsLast30Days": one.count, "lastRequestTime": last}
