"""Deployments roll without dropping below what they promise."""

import pytest

from local.cluster.cluster import KubernetesCluster
from local.cluster.rollout import Bounds, Set, bounds, next_scales
from local.kernel import Kernel
from tests.local.cluster.building import Json, deployment, pods_of, ready


def condition(cluster: KubernetesCluster, name: str, kind: str) -> Json:
    status = cluster.api.get("deployments.apps", name, "default")["status"]
    return next(one for one in status["conditions"] if one["type"] == kind)


def test_a_new_deployment_becomes_available_in_seconds_not_at_once(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    kernel.run(1)
    assert ready(cluster, "web") == 0
    kernel.run(30)
    status = cluster.api.get("deployments.apps", "web", "default")["status"]
    counts = {name: status[name] for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")}
    assert set(counts.values()) == {3}
    assert status["observedGeneration"] == 1
    assert condition(cluster, "web", "Progressing")["reason"] == "NewReplicaSetAvailable"
    assert condition(cluster, "web", "Available")["status"] == "True"


@pytest.mark.parametrize("limits", [{"maxSurge": 1, "maxUnavailable": 0}, {"maxSurge": "50%", "maxUnavailable": "25%"}])
def test_a_rolling_update_never_drops_readiness(cluster: KubernetesCluster, kernel: Kernel, limits: Json) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": limits}
    cluster.api.apply(deployment("web", 4, strategy=strategy), manager="test")
    kernel.run(60)
    promised = 4 - bounds(strategy, 4).unavailable
    cluster.api.apply(deployment("web", 4, image="app:2", strategy=strategy), manager="test")
    seen = []
    for _ in range(1500):
        kernel.run(0.1)
        seen.append(
            (
                ready(cluster, "web"),
                len([one for one in pods_of(cluster, "web") if "deletionTimestamp" not in one["metadata"]]),
            )
        )
    assert min(served for served, _ in seen) >= promised
    assert max(total for _, total in seen) <= 4 + bounds(strategy, 4).surge
    assert {pod["spec"]["containers"][0]["image"] for pod in pods_of(cluster, "web")} == {"app:2"}


def test_recreate_stops_everything_before_it_starts_anything(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 2, strategy={"type": "Recreate"}), manager="test")
    kernel.run(60)
    cluster.api.apply(deployment("web", 2, image="app:2", strategy={"type": "Recreate"}), manager="test")
    together = []
    for _ in range(300):
        kernel.run(0.2)
        together.append({pod["spec"]["containers"][0]["image"] for pod in pods_of(cluster, "web")})
    assert {"app:1", "app:2"} not in together
    assert together[-1] == {"app:2"}


def test_a_rollout_whose_pods_never_get_ready_exceeds_its_deadline_and_keeps_the_old_pods(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 2), manager="test")
    kernel.run(60)
    broken = deployment("web", 2, image="app:2", template={"annotations": {"world.norikae.dev/never-ready": "true"}})
    cluster.api.apply(broken, manager="test")
    kernel.run(300)
    assert condition(cluster, "web", "Progressing")["reason"] == "ReplicaSetUpdated"
    kernel.run(400)
    assert condition(cluster, "web", "Progressing") | {"lastUpdateTime": "", "lastTransitionTime": ""} == {
        "type": "Progressing",
        "status": "False",
        "reason": "ProgressDeadlineExceeded",
        "message": condition(cluster, "web", "Progressing")["message"],
        "lastUpdateTime": "",
        "lastTransitionTime": "",
    }
    assert ready(cluster, "web") == 2


def test_a_paused_deployment_does_not_roll(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 2), manager="test")
    kernel.run(60)
    cluster.api.apply(deployment("web", 2, image="app:2", paused=True), manager="test")
    kernel.run(60)
    assert {pod["spec"]["containers"][0]["image"] for pod in pods_of(cluster, "web")} == {"app:1"}


def test_going_back_reuses_the_old_replica_set_under_a_new_revision(cluster: KubernetesCluster, kernel: Kernel) -> None:
    for image in ("app:1", "app:2", "app:1"):
        cluster.api.apply(deployment("web", 1, image=image), manager="test")
        kernel.run(60)
    assert len(cluster.api.list("replicasets.apps", "default")) == 2
    annotations = cluster.api.get("deployments.apps", "web", "default")["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "3"


def test_old_replica_sets_beyond_the_history_limit_go(cluster: KubernetesCluster, kernel: Kernel) -> None:
    for number in range(4):
        cluster.api.apply(deployment("web", 1, image=f"app:{number}", revisionHistoryLimit=1), manager="test")
        kernel.run(60)
    assert len(cluster.api.list("replicasets.apps", "default")) == 2


def test_scaling_down_gives_up_pods_that_serve_nobody_first(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    kernel.run(60)
    victim = pods_of(cluster, "web")[1]["metadata"]["name"]
    body = {"metadata": {"annotations": {"world.norikae.dev/never-ready": "true"}}}
    cluster.api.patch("pods", victim, "default", body, manager="test")
    kernel.run(5)
    cluster.api.patch("deployments.apps", "web", "default", {"spec": {"replicas": 2}}, manager="test")
    kernel.run(60)
    assert victim not in {pod["metadata"]["name"] for pod in pods_of(cluster, "web")}
    assert ready(cluster, "web") == 2


def test_min_ready_seconds_delay_availability_not_readiness(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 1, minReadySeconds=100), manager="test")
    kernel.run(60)
    status = cluster.api.get("deployments.apps", "web", "default")["status"]
    assert (status["readyReplicas"], status["availableReplicas"]) == (1, 0)
    kernel.run(100)
    assert cluster.api.get("deployments.apps", "web", "default")["status"]["availableReplicas"] == 1


@pytest.mark.parametrize(
    ("strategy", "replicas", "expected"),
    [
        ({}, 4, Bounds(1, 1)),
        ({}, 2, Bounds(1, 0)),
        ({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}, 3, Bounds(0, 1)),
        ({"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": "100%"}}, 3, Bounds(3, 3)),
    ],
)
def test_bounds_round_surge_up_and_unavailability_down(strategy: Json, replicas: int, expected: Bounds) -> None:
    assert bounds(strategy, replicas) == expected


def test_unready_old_replicas_are_cleaned_up_before_ready_ones() -> None:
    old = [Set("sick", 2, 0), Set("well", 3, 3)]
    assert next_scales(Set("new", 1, 1), old, 4, Bounds(2, 1)) == {"sick": 0, "well": 2}
