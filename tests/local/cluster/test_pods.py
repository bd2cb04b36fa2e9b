"""The life of a pod, and which pods answer."""

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import deployment, pods_of, ready


def test_ready_pods_have_addresses_of_their_own(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 4), manager="test")
    cluster.api.apply(deployment("api", 4), manager="test")
    kernel.run(60)
    first = {pod["status"]["podIP"] for app in ("web", "api") for pod in cluster.ready_pods("default", {"app": app})}
    assert len(first) == 8
    for pod in pods_of(cluster, "web"):
        cluster.api.delete("pods", pod["metadata"]["name"], "default")
    kernel.run(60)
    assert not first >= {pod["status"]["podIP"] for pod in cluster.ready_pods("default", {"app": "web"})}
    assert ready(cluster, "web") == 4


def test_a_world_control_says_when_a_pod_gets_ready(cluster: KubernetesCluster, kernel: Kernel) -> None:
    slow = deployment("slow", 1, template={"annotations": {"world.norikae.dev/ready-after": "90"}})
    cluster.api.apply(slow, manager="test")
    kernel.run(60)
    assert pods_of(cluster, "slow")[0]["status"]["phase"] == "Running"
    assert ready(cluster, "slow") == 0
    kernel.run(60)
    assert ready(cluster, "slow") == 1


def test_a_world_control_makes_a_running_pod_unready(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 1), manager="test")
    kernel.run(60)
    name = pods_of(cluster, "web")[0]["metadata"]["name"]
    body = {"metadata": {"annotations": {"world.norikae.dev/never-ready": "true"}}}
    cluster.api.patch("pods", name, "default", body, manager="test")
    kernel.run(2)
    unready = next(one for one in pods_of(cluster, "web")[0]["status"]["conditions"] if one["type"] == "Ready")
    assert (unready["status"], unready["reason"]) == ("False", "ContainersNotReady")
    assert unready["message"] == "containers with unready status: [app]"


def test_a_deleted_pod_answers_through_its_pre_stop_sleep_but_is_no_longer_listed(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    patient = {"lifecycle": {"preStop": {"sleep": {"seconds": 15}}}}
    cluster.api.apply(deployment("web", 1, container=patient), manager="test")
    kernel.run(60)
    pod = cluster.ready_pods("default", {"app": "web"})[0]
    address, name = pod["status"]["podIP"], pod["metadata"]["name"]
    cluster.api.delete("pods", name, "default")
    kernel.run(1)
    assert name not in {one["metadata"]["name"] for one in cluster.ready_pods("default", {"app": "web"})}
    assert cluster.answers(address)
    kernel.run(15)
    assert not cluster.answers(address)
    kernel.run(10)
    assert name not in {one["metadata"]["name"] for one in pods_of(cluster, "web")}


def test_the_grace_period_bounds_the_pre_stop_sleep(cluster: KubernetesCluster, kernel: Kernel) -> None:
    stubborn = {"lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "sleep 300"]}}}}
    cluster.api.apply(
        deployment("web", 1, container=stubborn, pod={"terminationGracePeriodSeconds": 20}), manager="test"
    )
    kernel.run(60)
    name = pods_of(cluster, "web")[0]["metadata"]["name"]
    cluster.api.delete("pods", name, "default")
    kernel.run(19)
    assert name in {one["metadata"]["name"] for one in pods_of(cluster, "web")}
    kernel.run(2)
    assert name not in {one["metadata"]["name"] for one in pods_of(cluster, "web")}


def test_a_machine_that_dies_stops_answering_before_the_api_server_knows(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    kernel.run(60)
    dead = pods_of(cluster, "web")[0]
    cluster.remove_node(dead["spec"]["nodeName"])
    assert not cluster.answers(dead["status"]["podIP"])
    assert dead["metadata"]["name"] in {one["metadata"]["name"] for one in pods_of(cluster, "web")}
    kernel.run(60)
    assert dead["spec"]["nodeName"] not in {one["metadata"]["name"] for one in cluster.api.list("nodes")}
    assert ready(cluster, "web") == 3


def test_a_reaction_comes_after_the_time_that_the_acting_invocation_has_spent(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    kernel.elapse(30)  # a handler has been working for half a minute when it makes its call
    made = cluster.api.apply(deployment("late", 1), manager="test")
    kernel.run(kernel.spent())
    assert pods_of(cluster, "late") == []
    kernel.run(30)
    assert made["metadata"]["creationTimestamp"] <= pods_of(cluster, "late")[0]["metadata"]["creationTimestamp"]


def test_a_deletion_with_a_shorter_grace_hurries_a_stopping_pod(cluster: KubernetesCluster, kernel: Kernel) -> None:
    stubborn = {"lifecycle": {"preStop": {"sleep": {"seconds": 100}}}}
    cluster.api.apply(
        deployment("web", 1, container=stubborn, pod={"terminationGracePeriodSeconds": 120}), manager="test"
    )
    kernel.run(60)
    name = pods_of(cluster, "web")[0]["metadata"]["name"]
    cluster.api.evict(name, "default")
    kernel.run(10)
    cluster.api.delete("pods", name, "default", grace_seconds=200)
    kernel.run(10)
    assert name in {one["metadata"]["name"] for one in pods_of(cluster, "web")}
    cluster.api.delete("pods", name, "default", grace_seconds=5)
    kernel.run(6)
    assert name not in {one["metadata"]["name"] for one in pods_of(cluster, "web")}
