"""StatefulSets, DaemonSets, autoscalers and definitions: as much of them as the world needs, and said so."""

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import Json, deployment


def workload(kind: str, name: str, **spec: object) -> Json:
    pod = {"containers": [{"name": "app", "image": spec.pop("image", "app:1")}]}
    template = {"metadata": {"labels": {"app": name}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template, **spec},
    }


def names(cluster: KubernetesCluster, app: str) -> list[str]:
    return [pod["metadata"]["name"] for pod in cluster.api.list("pods", "default", labels=f"app={app}")]


def test_a_stateful_set_starts_its_pods_one_after_the_other(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(workload("StatefulSet", "db", replicas=3, serviceName="db"), manager="test")
    kernel.run(1)
    assert names(cluster, "db") == ["db-0"]
    kernel.run(60)
    assert names(cluster, "db") == ["db-0", "db-1", "db-2"]
    assert cluster.api.get("statefulsets.apps", "db", "default")["status"]["readyReplicas"] == 3


def test_a_stateful_set_rolls_from_the_highest_ordinal_down(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(workload("StatefulSet", "db", replicas=2, serviceName="db"), manager="test")
    kernel.run(60)
    cluster.api.apply(workload("StatefulSet", "db", replicas=2, serviceName="db", image="app:2"), manager="test")
    images = []
    for _ in range(600):
        kernel.run(0.1)
        pods = {pod["metadata"]["name"]: pod for pod in cluster.api.list("pods", "default", labels="app=db")}
        images.append(tuple(pods[name]["spec"]["containers"][0]["image"] for name in ("db-0", "db-1") if name in pods))
    assert ("app:2", "app:1") not in images
    assert images[-1] == ("app:2", "app:2")
    status = cluster.api.get("statefulsets.apps", "db", "default")["status"]
    assert status["currentRevision"] == status["updateRevision"]


def test_a_stateful_set_with_volumes_is_refused_loudly(cluster: KubernetesCluster, kernel: Kernel) -> None:
    claims = [
        {
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }
    ]
    cluster.api.apply(
        workload("StatefulSet", "db", replicas=1, serviceName="db", volumeClaimTemplates=claims), manager="test"
    )
    kernel.run(10)
    status = cluster.api.get("statefulsets.apps", "db", "default")["status"]
    assert status["conditions"][0]["message"] == "volumeClaimTemplates are not modelled by the embedded world"
    assert names(cluster, "db") == []


def test_a_daemon_set_follows_the_nodes(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(workload("DaemonSet", "agent"), manager="test")
    kernel.run(30)
    assert len(names(cluster, "agent")) == 3
    cluster.add_node("node-3")
    kernel.run(60)
    cluster.remove_node("node-0")
    kernel.run(60)
    nodes = {pod["spec"]["nodeName"] for pod in cluster.api.list("pods", "default", labels="app=agent")}
    assert nodes == {"node-1", "node-2", "node-3"}
    status = cluster.api.get("daemonsets.apps", "agent", "default")["status"]
    assert (status["desiredNumberScheduled"], status["numberReady"]) == (3, 3)


def test_a_daemon_set_replaces_its_pods_one_node_at_a_time(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(workload("DaemonSet", "agent"), manager="test")
    kernel.run(30)
    cluster.api.apply(workload("DaemonSet", "agent", image="app:2"), manager="test")
    fewest = 3
    for _ in range(600):
        kernel.run(0.1)
        fewest = min(fewest, len(cluster.ready_pods("default", {"app": "agent"})))
    images = {pod["spec"]["containers"][0]["image"] for pod in cluster.api.list("pods", "default", labels="app=agent")}
    assert (fewest, images) == (2, {"app:2"})


def test_an_autoscaler_without_metrics_keeps_its_target_within_bounds(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 1), manager="test")
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 6},
    }
    cluster.api.apply(scaler, manager="test")
    kernel.run(60)
    assert cluster.api.get("deployments.apps", "web", "default")["spec"]["replicas"] == 3
    status = cluster.api.get("horizontalpodautoscalers.autoscaling", "web", "default")["status"]
    assert (status["currentReplicas"], status["conditions"][0]["reason"]) == (3, "ReadyForNewScale")


def test_an_autoscaler_without_target_says_so(cluster: KubernetesCluster, kernel: Kernel) -> None:
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 6},
    }
    cluster.api.apply(scaler, manager="test")
    kernel.run(5)
    status = cluster.api.get("horizontalpodautoscalers.autoscaling", "web", "default")["status"]
    assert status["conditions"][0]["reason"] == "FailedGetScale"


def test_a_definition_becomes_established(cluster: KubernetesCluster, kernel: Kernel) -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "trains.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Train", "plural": "trains", "singular": "train", "listKind": "TrainList"},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        },
    }
    cluster.api.apply(definition, manager="test")
    kernel.run(2)
    status = cluster.api.get("customresourcedefinitions.apiextensions.k8s.io", "trains.example.com")["status"]
    assert {one["type"]: one["status"] for one in status["conditions"]} == {
        "NamesAccepted": "True",
        "Established": "True",
    }
