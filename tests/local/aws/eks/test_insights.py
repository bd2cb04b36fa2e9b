"""EKS looks at a cluster by itself: once a day, on demand, and at requests to API versions that go."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from local.kubernetes import ApiServer
from tests.local.aws.eks.conftest import CLUSTER_ROLE, Region

if TYPE_CHECKING:
    from local.kubernetes.audit import Outdated

BLUE = "demo-1-31"
DAY = 24 * 3600
APIS = "Deprecated APIs removed in Kubernetes v1.32"
FLOW = "flowcontrol.apiserver.k8s.io"


@pytest.fixture
def api(region: Region) -> ApiServer:
    """The API server of blue, whose requests EKS sees."""
    api = ApiServer(name=BLUE, version="1.31", now=region.kernel.now, random=random.Random(1))  # noqa: S311 - repeatable

    def requests(_: str) -> list[Outdated]:
        return list(api.audit.outdated.values())

    region.eks.outdated = requests
    region.eks.adopt(BLUE, "1.31", role_arn=CLUSTER_ROLE, subnets=["subnet-a", "subnet-c"])
    return api


def found(region: Region, name: str = APIS) -> dict[str, Any]:
    listed = region.eks.list_insights(clusterName=BLUE)["insights"]
    (key,) = [insight["id"] for insight in listed if insight["name"] == name]
    insight: dict[str, Any] = region.eks.describe_insight(clusterName=BLUE, id=key)["insight"]
    return insight


def flow_schema(api_version: str) -> dict[str, Any]:
    metadata = {"name": "batch"}
    spec = {"matchingPrecedence": 1000, "priorityLevelConfiguration": {"name": "workload-low"}}
    return {"apiVersion": f"{FLOW}/{api_version}", "kind": "FlowSchema", "metadata": metadata, "spec": spec}


def test_a_new_cluster_passes_and_is_looked_at_every_day(region: Region, api: ApiServer) -> None:
    assert {one["insightStatus"]["status"] for one in region.eks.list_insights(clusterName=BLUE)["insights"]} == {
        "PASSING"
    }
    first = found(region, "Cluster health issues")["lastRefreshTime"]
    region.pass_time(2 * DAY + 60)
    assert (found(region, "Cluster health issues")["lastRefreshTime"] - first).total_seconds() == 2 * DAY
    assert api.audit.outdated == {}


def test_a_request_to_an_api_version_that_goes_is_an_error_with_its_client(region: Region, api: ApiServer) -> None:
    api.create("flowschemas." + FLOW, flow_schema("v1beta3"), manager="kubectl/v1.29", version="v1beta3")
    assert found(region)["insightStatus"]["status"] == "PASSING"
    region.pass_time(DAY + 1)
    insight = found(region)
    assert insight["insightStatus"]["status"] == "ERROR"
    (detail,) = insight["categorySpecificSummary"]["deprecationDetails"]
    assert (detail["usage"], detail["stopServingVersion"]) == (f"/apis/{FLOW}/v1beta3/flowschemas", "1.32")
    assert detail["replacedWith"] == f"/apis/{FLOW}/v1/flowschemas"
    (client,) = detail["clientStats"]
    assert (client["userAgent"], client["numberOfRequestsLast30Days"]) == ("kubectl/v1.29", 1)


def test_a_refresh_sees_at_once_what_is_asked_for(region: Region, api: ApiServer) -> None:
    api.apply(flow_schema("v1beta3"), manager="kubectl")
    region.eks.start_insights_refresh(clusterName=BLUE)
    region.pass_time(241)
    assert found(region)["insightStatus"]["status"] == "ERROR"


def test_requests_to_versions_that_stay_and_dry_runs_are_no_insight(region: Region, api: ApiServer) -> None:
    api.apply(flow_schema("v1beta3"), manager="kubectl", dry_run=True)
    api.apply(flow_schema("v1"), manager="kubectl")
    region.pass_time(DAY + 1)
    assert found(region)["insightStatus"]["status"] == "PASSING"
