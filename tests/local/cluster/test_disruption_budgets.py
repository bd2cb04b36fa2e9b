"""The status of disruption budgets, and eviction that follows from it."""

import pytest

from local.cluster.cluster import KubernetesCluster
from local.cluster.paces import Paces
from local.kernel import Kernel
from local.kubernetes.errors import ApiError
from tests.local.cluster.building import Json, budget, cluster_named, deployment, pods_of


@pytest.mark.parametrize(
    ("spec", "desired", "allowed"),
    [
        ({"minAvailable": 3}, 3, 2),
        ({"minAvailable": "50%"}, 3, 2),
        ({"maxUnavailable": 1}, 4, 1),
        ({"maxUnavailable": "30%"}, 3, 2),
        ({"minAvailable": 5}, 5, 0),
        ({"maxUnavailable": 0}, 5, 0),
    ],
)
def test_a_budget_counts_as_the_disruption_controller_does(
    cluster: KubernetesCluster, kernel: Kernel, spec: Json, desired: int, allowed: int
) -> None:
    cluster.api.apply(deployment("web", 5), manager="test")
    cluster.api.apply(budget("web", **spec), manager="test")
    kernel.run(60)
    status = cluster.api.get("poddisruptionbudgets.policy", "web", "default")["status"]
    counted = {
        name: status[name] for name in ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")
    }
    assert counted == {"expectedPods": 5, "currentHealthy": 5, "desiredHealthy": desired, "disruptionsAllowed": allowed}
    reason = "SufficientPods" if allowed else "InsufficientPods"
    assert [one["reason"] for one in status["conditions"]] == [reason]


def test_an_eviction_uses_the_allowance_up_until_the_replacement_is_ready(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    cluster.api.apply(budget("web", maxUnavailable=1), manager="test")
    kernel.run(60)
    first, second = (pod["metadata"]["name"] for pod in pods_of(cluster, "web")[:2])
    cluster.api.evict(first, "default")
    kernel.run(1)
    with pytest.raises(ApiError) as refused:
        cluster.api.evict(second, "default")
    assert refused.value.code == 429
    kernel.run(60)
    cluster.api.evict(second, "default")
    assert cluster.api.get("poddisruptionbudgets.policy", "web", "default")["status"]["disruptionsAllowed"] == 0


def test_an_unready_pod_lowers_the_allowance(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    cluster.api.apply(budget("web", maxUnavailable=1), manager="test")
    kernel.run(60)
    body = {"metadata": {"annotations": {"world.norikae.dev/never-ready": "true"}}}
    cluster.api.patch("pods", pods_of(cluster, "web")[0]["metadata"]["name"], "default", body, manager="test")
    kernel.run(5)
    status = cluster.api.get("poddisruptionbudgets.policy", "web", "default")["status"]
    assert (status["currentHealthy"], status["disruptionsAllowed"]) == (2, 0)


def test_a_budget_over_nothing_allows_nothing(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(budget("nobody", maxUnavailable=1), manager="test")
    kernel.run(5)
    status = cluster.api.get("poddisruptionbudgets.policy", "nobody", "default")["status"]
    assert (status["expectedPods"], status["disruptionsAllowed"]) == (0, 0)


def test_the_allowance_follows_the_pods_after_the_controllers_lag(kernel: Kernel) -> None:
    cluster = cluster_named(kernel, "slow", paces=Paces(disruption_lag=(4.0, 4.0)))
    cluster.api.apply(deployment("web", 3), manager="test")
    cluster.api.apply(budget("web", maxUnavailable=1), manager="test")
    kernel.run(60)
    cluster.api.delete("pods", pods_of(cluster, "web")[0]["metadata"]["name"], "default")
    kernel.run(3.5)
    assert cluster.api.get("poddisruptionbudgets.policy", "web", "default")["status"]["disruptionsAllowed"] == 1
    kernel.run(1)
    assert cluster.api.get("poddisruptionbudgets.policy", "web", "default")["status"]["disruptionsAllowed"] == 0
