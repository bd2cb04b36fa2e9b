"""Cordons, silent machines and machines that are out of service: what the cluster makes of them."""

from typing import Any

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import Json, cluster_named, deployment, pods_of, ready

UNSCHEDULABLE = ("node.kubernetes.io/unschedulable", "NoSchedule")
UNREACHABLE = "node.kubernetes.io/unreachable"
AGENT: Json = {"selector": {"matchLabels": {"app": "agent"}}}


def cordon(cluster: KubernetesCluster, node: str, *, off: bool = False, **more: Any) -> None:
    body = {"spec": {"unschedulable": None if off else True, **more}}
    cluster.api.patch("nodes", node, None, body, kind="strategic", manager="test")


def taints(cluster: KubernetesCluster, node: str) -> list[tuple[str, str]]:
    return [(one["key"], one["effect"]) for one in cluster.api.get("nodes", node)["spec"].get("taints", ())]


def ready_condition(cluster: KubernetesCluster, node: str) -> Json:
    found: Json = next(one for one in cluster.api.get("nodes", node)["status"]["conditions"] if one["type"] == "Ready")
    return found


def daemon_set(name: str = "agent") -> Json:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta, "spec": {**AGENT, "template": template}}


def one_on(cluster: KubernetesCluster, app: str, node: str) -> Json | None:
    return next((pod for pod in pods_of(cluster, app) if pod["spec"].get("nodeName") == node), None)


def test_a_cordon_becomes_a_taint_and_an_uncordon_takes_it_away(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cordon(cluster, "node-0", taints=[{"key": "mine", "effect": "NoSchedule"}])
    kernel.run(2)
    assert taints(cluster, "node-0") == [("mine", "NoSchedule"), UNSCHEDULABLE]
    cordon(cluster, "node-0", off=True)
    kernel.run(2)
    assert taints(cluster, "node-0") == [("mine", "NoSchedule")]


def test_a_patch_that_forgets_the_cordons_taint_gets_it_back(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cordon(cluster, "node-0")
    kernel.run(2)
    cordon(cluster, "node-0", taints=[{"key": "mine", "effect": "NoSchedule"}])
    assert taints(cluster, "node-0") == [("mine", "NoSchedule")]
    kernel.run(2)
    assert taints(cluster, "node-0") == [("mine", "NoSchedule"), UNSCHEDULABLE]


def test_pods_that_tolerate_a_cordon_go_on_coming(cluster: KubernetesCluster, kernel: Kernel) -> None:
    for node in ("node-0", "node-1", "node-2"):
        cordon(cluster, node)
    kernel.run(2)
    bold = {"tolerations": [{"key": UNSCHEDULABLE[0], "operator": "Exists", "effect": "NoSchedule"}]}
    cluster.api.apply(deployment("bold", 1, pod=bold), manager="test")
    cluster.api.apply(deployment("shy", 1), manager="test")
    kernel.run(30)
    assert (ready(cluster, "bold"), ready(cluster, "shy")) == (1, 0)


def test_a_daemon_set_replaces_its_pod_on_a_cordoned_node(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(daemon_set(), manager="test")
    kernel.run(30)
    cordon(cluster, "node-0")
    first = one_on(cluster, "agent", "node-0")
    assert first is not None
    tolerated = {(one["key"], one["effect"]) for one in first["spec"]["tolerations"]}
    assert {UNSCHEDULABLE, (UNREACHABLE, "NoExecute"), ("node.kubernetes.io/not-ready", "NoExecute")} <= tolerated
    cluster.api.evict(first["metadata"]["name"], "default")
    kernel.run(60)
    second = one_on(cluster, "agent", "node-0")
    assert second is not None
    assert second["metadata"]["uid"] != first["metadata"]["uid"]


def test_a_static_pods_object_comes_back_and_the_pod_goes_on(cluster: KubernetesCluster, kernel: Kernel) -> None:
    meta = {
        "name": "proxy-node-0",
        "annotations": {"kubernetes.io/config.mirror": "c0ffee"},
        "labels": {"app": "proxy"},
    }
    spec = {"nodeName": "node-0", "containers": [{"name": "app", "image": "app:1"}]}
    uid = cluster.api.create("pods", {"metadata": meta, "spec": spec}, namespace="default")["metadata"]["uid"]
    kernel.run(30)
    cluster.api.delete("pods", "proxy-node-0", "default")
    kernel.run(30)
    again = cluster.api.get("pods", "proxy-node-0", "default")
    assert again["metadata"]["uid"] != uid
    assert again["metadata"]["annotations"] == meta["annotations"]
    assert ready(cluster, "proxy") == 1
    cluster.remove_node("node-0")
    kernel.run(30)
    assert pods_of(cluster, "proxy") == []


def test_a_silent_machines_node_becomes_unknown_and_its_pods_are_deleted_five_minutes_later(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    cluster.api.apply(daemon_set(), manager="test")
    kernel.run(60)
    cluster.hang_node("node-0")
    kernel.run(45)
    assert ready_condition(cluster, "node-0")["status"] == "True"
    kernel.run(10)
    said = ready_condition(cluster, "node-0")
    assert (said["status"], said["reason"], said["message"]) == (
        "Unknown",
        "NodeStatusUnknown",
        "Kubelet stopped posting node status.",
    )
    assert taints(cluster, "node-0") == [(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")]
    lost = one_on(cluster, "web", "node-0")
    assert lost is not None
    assert "deletionTimestamp" not in lost["metadata"]
    kernel.run(310)
    lost, agent = one_on(cluster, "web", "node-0"), one_on(cluster, "agent", "node-0")
    assert lost is not None, "nobody confirms its end"
    assert agent is not None
    assert "deletionTimestamp" in lost["metadata"]
    assert "deletionTimestamp" not in agent["metadata"], "DaemonSet pods tolerate it for ever"
    assert ready(cluster, "web") == 3, "its replacement runs elsewhere"


def test_an_older_cluster_waits_forty_seconds_for_a_heartbeat(kernel: Kernel) -> None:
    cluster = cluster_named(kernel, "demo-1-31", "1.31")
    cluster.hang_node("node-0")
    kernel.run(42)
    assert ready_condition(cluster, "node-0")["status"] == "Unknown"


def test_out_of_service_removes_the_pods_of_a_dead_machine(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    kernel.run(60)
    cluster.hang_node("node-0")
    kernel.run(55)
    taint = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}
    kept = cluster.api.get("nodes", "node-0")["spec"]["taints"]
    cluster.api.patch("nodes", "node-0", None, {"spec": {"taints": [*kept, taint]}}, manager="test")
    kernel.run(25)
    assert one_on(cluster, "web", "node-0") is None


def test_a_no_execute_taint_asks_no_budget(cluster: KubernetesCluster, kernel: Kernel) -> None:
    patient = {"tolerations": [{"key": "fire", "operator": "Exists", "tolerationSeconds": 60}]}
    cluster.api.apply(deployment("web", 3), manager="test")
    cluster.api.apply(deployment("patient", 3, pod=patient), manager="test")
    kernel.run(60)
    cordon(cluster, "node-0", taints=[{"key": "fire", "effect": "NoExecute"}])
    kernel.run(10)
    assert one_on(cluster, "web", "node-0") is None
    first = one_on(cluster, "patient", "node-0")
    assert first is not None
    kernel.run(70)
    assert first["metadata"]["uid"] not in {pod["metadata"]["uid"] for pod in pods_of(cluster, "patient")}
