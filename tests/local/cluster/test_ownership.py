"""What goes away with its owner, and what a namespace takes along."""

import pytest

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from local.kubernetes.errors import ApiError
from tests.local.cluster.building import Json, deployment, pods_of


def note(name: str, namespace: str = "default", **meta: object) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, **meta},
        "data": {},
    }


def test_a_deleted_deployment_takes_its_pods_along(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 2), manager="test")
    kernel.run(30)
    cluster.api.delete("deployments.apps", "web", "default")
    with pytest.raises(ApiError):
        cluster.api.get("deployments.apps", "web", "default")
    kernel.run(60)
    assert pods_of(cluster, "web") == []
    assert cluster.api.list("replicasets.apps") == []


def test_foreground_deletion_keeps_the_owner_until_the_last_pod_is_gone(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 2), manager="test")
    kernel.run(30)
    cluster.api.delete("deployments.apps", "web", "default", propagation="Foreground")
    for _ in range(600):
        kernel.run(0.1)
        names = {one["metadata"]["name"] for one in cluster.api.list("deployments.apps")}
        if not pods_of(cluster, "web"):
            break
        assert "web" in names
    kernel.run(5)
    assert cluster.api.list("deployments.apps") == []


def test_orphaned_replica_sets_stay(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 1), manager="test")
    kernel.run(30)
    cluster.api.delete("deployments.apps", "web", "default", propagation="Orphan")
    kernel.run(30)
    assert cluster.api.list("deployments.apps") == []
    kept = cluster.api.list("replicasets.apps")
    assert len(kept) == 1
    assert not kept[0]["metadata"].get("ownerReferences")


def test_a_dependent_with_another_owner_stays(cluster: KubernetesCluster, kernel: Kernel) -> None:
    owners = []
    for name in ("one", "two"):
        made = cluster.api.create("configmaps", note(name), manager="test")
        owners.append({"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": made["metadata"]["uid"]})
    cluster.api.create("configmaps", note("child", ownerReferences=owners), manager="test")
    cluster.api.delete("configmaps", "one", "default")
    kernel.run(5)
    assert cluster.api.get("configmaps", "child", "default")["metadata"]["name"] == "child"
    cluster.api.delete("configmaps", "two", "default")
    kernel.run(5)
    with pytest.raises(ApiError):
        cluster.api.get("configmaps", "child", "default")


def test_an_object_whose_owner_never_was_is_collected(cluster: KubernetesCluster, kernel: Kernel) -> None:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "00000000-0000-4000-8000-000000000000"}
    cluster.api.create("configmaps", note("child", ownerReferences=[owner]), manager="test")
    kernel.run(5)
    assert "child" not in {one["metadata"]["name"] for one in cluster.api.list("configmaps", "default")}


def test_a_new_namespace_gets_its_service_account(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("namespaces", {"metadata": {"name": "chat"}}, manager="test")
    kernel.run(2)
    assert cluster.api.get("serviceaccounts", "default", "chat")["metadata"]["name"] == "default"


def test_a_deleted_namespace_is_emptied_first_and_waits_for_finalizers(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.create("namespaces", {"metadata": {"name": "chat"}}, manager="test")
    cluster.api.apply(deployment("web", 1, namespace="chat"), manager="test")
    cluster.api.create("configmaps", note("held", "chat", finalizers=["example.com/hold"]), manager="test")
    kernel.run(30)
    cluster.api.delete("namespaces", "chat")
    kernel.run(60)
    assert cluster.api.get("namespaces", "chat")["status"]["phase"] == "Terminating"
    assert pods_of(cluster, "web", "chat") == []
    with pytest.raises(ApiError) as refused:
        cluster.api.create("configmaps", note("late", "chat"), manager="test")
    assert refused.value.code == 403
    cluster.api.patch("configmaps", "held", "chat", {"metadata": {"finalizers": None}}, manager="test")
    kernel.run(10)
    assert "chat" not in {one["metadata"]["name"] for one in cluster.api.list("namespaces")}
