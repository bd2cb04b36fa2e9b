"""What runs in the cluster when the clock starts: nodes full of pods, spare nodes, DaemonSets, disruption budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.cluster.cluster import KubernetesCluster

Json = dict[str, Any]

NAMESPACE = "shop"
ROOM = {"cpu": "16", "memory": "64Gi"}
"""What each machine has, so that pods are limited by ``pods`` alone."""


@dataclass(frozen=True)
class Population:
    """Who lives in the cluster.

    Args:
        nodes: machines that are full of pods.
        spare_nodes: machines that run DaemonSets only; evicted pods find room there.
        pods_per_node: application pods on each full machine.
        applications: how many ReplicaSets share these pods.
        daemon_sets: how many DaemonSets run on each machine.
        most_unavailable: ``maxUnavailable`` of each application's budget; None for no budgets.
        grace_seconds: ``terminationGracePeriodSeconds`` of the application pods.
    """

    nodes: int = 200
    spare_nodes: int = 50
    pods_per_node: int = 10
    applications: int = 100
    daemon_sets: int = 5
    most_unavailable: int | None = None
    grace_seconds: int = 30


def settle(cluster: KubernetesCluster, population: Population) -> None:
    """Everything there, running and ready; this takes virtual time, whatever it takes of real time.

    Raises:
        RuntimeError: not every pod came up, so that the population does not fit its machines.
    """
    kernel, api = cluster.kernel, cluster.api
    api.create("namespaces", {"metadata": {"name": NAMESPACE}})
    fullest = population.pods_per_node + population.daemon_sets
    spare_room = max(110, -(-population.nodes * population.pods_per_node // max(population.spare_nodes, 1)))
    for number in range(population.nodes + population.spare_nodes):
        most = fullest if number < population.nodes else spare_room + population.daemon_sets
        cluster.add_node(
            node_name(number),
            zone=f"ap-northeast-1{'acd'[number % 3]}",
            capacity={**ROOM, "pods": str(most)},
            instance=instance_id(number),
        )
    kernel.run(60)
    owners = [api.create("replicasets.apps", _replica_set(population, number)) for number in _applications(population)]
    for number in range(population.nodes * population.pods_per_node):
        pod = _pod(owners[number % len(owners)], node_name(number // population.pods_per_node))
        api.create("pods", pod, manager="replicaset-controller")
    for number in range(population.daemon_sets):
        api.create("daemonsets.apps", _daemon_set(number))
    for number in _applications(population) if population.most_unavailable is not None else ():
        api.create("poddisruptionbudgets.policy", _budget(population, number))
    kernel.run(60)
    up = sum((pod.get("status") or {}).get("phase") == "Running" for pod in cluster.informer.every("pods"))
    wanted = population.nodes * population.pods_per_node
    wanted += population.daemon_sets * (population.nodes + population.spare_nodes)
    if up != wanted:
        raise RuntimeError(f"{up} of {wanted} pods run after a minute; give start_seconds below 30")


def node_name(number: int) -> str:
    """The name of a machine's Node."""
    return f"ip-10-{number // 62_500}-{number // 250 % 250}-{number % 250 + 4}.ap-northeast-1.compute.internal"


def instance_id(number: int) -> str:
    """The id of its instance, which the Node's ``spec.providerID`` ends with."""
    return f"i-{number + 1:017x}"


def _applications(population: Population) -> range:
    return range(min(population.applications, population.nodes * population.pods_per_node))


def _template(name: str, grace: int) -> Json:
    container = {
        "name": "app",
        "image": "registry.example.com/app:1",
        "ports": [{"name": "http", "containerPort": 8080}],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
    }
    spec = {"containers": [container], "terminationGracePeriodSeconds": grace, "restartPolicy": "Always"}
    return {"metadata": {"labels": {"app": name}}, "spec": spec}


def _replica_set(population: Population, number: int) -> Json:
    name = f"app-{number:03d}"
    pods = population.nodes * population.pods_per_node
    size = len(range(number, pods, len(_applications(population))))
    template = _template(name, population.grace_seconds)
    spec = {"replicas": size, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": name}}, "spec": spec}


def _pod(owner: Json, node: str) -> Json:
    meta, template = owner["metadata"], owner["spec"]["template"]
    reference = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "metadata": {
            "generateName": f"{meta['name']}-",
            "namespace": NAMESPACE,
            "labels": template["metadata"]["labels"],
            "ownerReferences": [reference],
        },
        "spec": {**template["spec"], "nodeName": node},
    }


def _daemon_set(number: int) -> Json:
    name = f"agent-{number}"
    spec = {"selector": {"matchLabels": {"app": name}}, "template": _template(name, 30)}
    return {"metadata": {"name": name, "namespace": "kube-system"}, "spec": spec}


def _budget(population: Population, number: int) -> Json:
    name = f"app-{number:03d}"
    spec = {"selector": {"matchLabels": {"app": name}}, "maxUnavailable": population.most_unavailable}
    return {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}
