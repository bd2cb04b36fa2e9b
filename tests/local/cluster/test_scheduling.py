"""Where pods run, and what Kubernetes says when they run nowhere."""

import pytest

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import cluster_named, deployment, pods_of, ready


def pending_message(cluster: KubernetesCluster, app: str) -> str:
    for pod in pods_of(cluster, app):
        for one in pod["status"].get("conditions", ()):
            if one["type"] == "PodScheduled" and one["status"] == "False":
                assert one["reason"] == "Unschedulable"
                return str(one["message"])
    return ""


def test_a_node_is_not_ready_at_first_and_takes_no_pods(kernel: Kernel) -> None:
    cluster = cluster_named(kernel, "young", nodes=0)
    cluster.add_node("node-0")
    cluster.api.apply(deployment("web", 1), manager="test")
    kernel.run(2)
    assert pending_message(cluster, "web").startswith(
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }."
    )
    kernel.run(60)
    node = cluster.api.get("nodes", "node-0")
    assert next(one for one in node["status"]["conditions"] if one["type"] == "Ready")["status"] == "True"
    assert node["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.33.")
    assert ready(cluster, "web") == 1


def test_replicas_spread_over_nodes_and_zones(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 3), manager="test")
    kernel.run(30)
    assert len({pod["spec"]["nodeName"] for pod in pods_of(cluster, "web")}) == 3


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        ({"nodeSelector": {"role": "gpu"}}, "3 node(s) didn't match Pod's node affinity/selector"),
        (
            {
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]}
                                    ]
                                }
                            ]
                        }
                    }
                }
            },
            "3 node(s) didn't match Pod's node affinity/selector",
        ),
    ],
)
def test_a_pod_that_no_node_suits_stays_pending_with_the_reason(
    cluster: KubernetesCluster, kernel: Kernel, pod: dict[str, object], reason: str
) -> None:
    cluster.api.apply(deployment("picky", 1, pod=pod), manager="test")
    kernel.run(30)
    assert pending_message(cluster, "picky") == (
        f"0/3 nodes are available: {reason}. preemption: 0/3 nodes are available: "
        "3 Preemption is not helpful for scheduling."
    )


def test_requests_that_do_not_fit_wait_for_room(cluster: KubernetesCluster, kernel: Kernel) -> None:
    hungry = {"resources": {"requests": {"cpu": "3", "memory": "1Gi"}}}
    cluster.api.apply(deployment("big", 4, container=hungry), manager="test")
    kernel.run(60)
    assert ready(cluster, "big") == 3
    assert "3 Insufficient cpu" in pending_message(cluster, "big")
    cluster.add_node("node-3")
    kernel.run(90)
    assert ready(cluster, "big") == 4


def test_a_cordoned_node_takes_nothing_new(cluster: KubernetesCluster, kernel: Kernel) -> None:
    for node in ("node-0", "node-1"):
        cluster.api.patch("nodes", node, None, {"spec": {"unschedulable": True}}, manager="test")
    cluster.api.apply(deployment("web", 2), manager="test")
    kernel.run(30)
    assert {pod["spec"]["nodeName"] for pod in pods_of(cluster, "web")} == {"node-2"}


def test_tolerations_open_tainted_nodes(cluster: KubernetesCluster, kernel: Kernel) -> None:
    taint = {"key": "dedicated", "value": "batch", "effect": "NoSchedule"}
    for node in ("node-0", "node-1", "node-2"):
        cluster.api.patch("nodes", node, None, {"spec": {"taints": [taint]}}, manager="test")
    cluster.api.apply(deployment("shy", 1), manager="test")
    tolerant = {"tolerations": [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]}
    cluster.api.apply(deployment("bold", 1, pod=tolerant), manager="test")
    kernel.run(30)
    assert ready(cluster, "bold") == 1
    assert "3 node(s) had untolerated taint {dedicated: batch}" in pending_message(cluster, "shy")


def test_hard_spreading_is_refused_loudly_instead_of_being_ignored(cluster: KubernetesCluster, kernel: Kernel) -> None:
    hard = {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}
    cluster.api.apply(deployment("strict", 1, pod={"topologySpreadConstraints": [hard]}), manager="test")
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "alone"}}}
    alone = {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}
    cluster.api.apply(deployment("alone", 1, pod=alone), manager="test")
    kernel.run(10)
    assert "not modelled by the embedded world" in pending_message(cluster, "strict")
    assert "not modelled by the embedded world" in pending_message(cluster, "alone")


def test_a_cluster_without_nodes_says_so(kernel: Kernel) -> None:
    cluster = cluster_named(kernel, "empty", nodes=0)
    cluster.api.apply(deployment("web", 1), manager="test")
    kernel.run(5)
    assert pending_message(cluster, "web") == "no nodes available to schedule pods"
