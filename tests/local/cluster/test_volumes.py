"""Volumes follow their pods, one node at a time, and a drain has to wait for them."""

import pytest

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import Json, deployment, pods_of, ready

ATTACHMENTS = "volumeattachments.storage.k8s.io"
CLAIMED = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}


@pytest.fixture
def database(cluster: KubernetesCluster, kernel: Kernel) -> KubernetesCluster:
    """A cluster with a pod that has its data on an EBS volume."""
    modes = {"accessModes": ["ReadWriteOnce"]}
    csi = {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-0a1b2c3d4e5f60718"}
    cluster.api.create("persistentvolumes", {"metadata": {"name": "pv-data"}, "spec": {**modes, "csi": csi}})
    claim = {"metadata": {"name": "data"}, "spec": {**modes, "volumeName": "pv-data"}}
    cluster.api.create("persistentvolumeclaims", claim, namespace="default")
    cluster.api.apply(deployment("db", 1, pod=CLAIMED), manager="test")
    kernel.run(60)
    return cluster


def node_of_the_volume(cluster: KubernetesCluster) -> str | None:
    found = cluster.api.list(ATTACHMENTS)
    assert len(found) <= 1, "a volume is on one node at a time"
    return found[0]["spec"]["nodeName"] if found else None


def move(cluster: KubernetesCluster) -> Json:
    """Cordon the node of the database and evict it."""
    pod = pods_of(cluster, "db")[0]
    cluster.api.patch("nodes", pod["spec"]["nodeName"], None, {"spec": {"unschedulable": True}}, manager="test")
    cluster.api.evict(pod["metadata"]["name"], "default")
    return pod


def test_a_volume_is_attached_where_its_pod_runs(database: KubernetesCluster) -> None:
    [attachment] = database.api.list(ATTACHMENTS)
    assert attachment["spec"] == {
        "attacher": "ebs.csi.aws.com",
        "nodeName": pods_of(database, "db")[0]["spec"]["nodeName"],
        "source": {"persistentVolumeName": "pv-data"},
    }
    assert attachment["status"] == {"attached": True}
    assert attachment["metadata"]["finalizers"] == ["external-attacher/ebs-csi-aws-com"]
    assert attachment["metadata"]["name"].startswith("csi-")


def test_a_drain_waits_some_seconds_for_the_volume_to_come_off(database: KubernetesCluster, kernel: Kernel) -> None:
    before = move(database)
    gone_at = attached_elsewhere_at = None
    for second in range(60):
        kernel.run(1)
        names = {pod["metadata"]["name"] for pod in pods_of(database, "db")}
        if gone_at is None and before["metadata"]["name"] not in names:
            gone_at = second
            assert node_of_the_volume(database) == before["spec"]["nodeName"], "the pod is gone, its volume is not"
            assert ready(database, "db") == 0, "its successor waits for the volume"
        if attached_elsewhere_at is None and node_of_the_volume(database) not in {None, before["spec"]["nodeName"]}:
            attached_elsewhere_at = second
    assert gone_at is not None
    assert attached_elsewhere_at is not None
    assert 2 <= attached_elsewhere_at - gone_at <= 10
    assert ready(database, "db") == 1


def test_a_dead_machine_keeps_its_volume_for_six_minutes(database: KubernetesCluster, kernel: Kernel) -> None:
    node = pods_of(database, "db")[0]["spec"]["nodeName"]
    database.remove_node(node)
    kernel.run(300)
    assert node_of_the_volume(database) == node
    assert ready(database, "db") == 0
    kernel.run(120)
    assert ready(database, "db") == 1


def test_out_of_service_frees_the_volume_at_once(database: KubernetesCluster, kernel: Kernel) -> None:
    node = pods_of(database, "db")[0]["spec"]["nodeName"]
    database.hang_node(node)
    kernel.run(60)
    taint = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}
    database.api.patch("nodes", node, None, {"spec": {"taints": [taint]}}, kind="strategic", manager="test")
    kernel.run(60)
    assert node_of_the_volume(database) != node
    assert ready(database, "db") == 1
