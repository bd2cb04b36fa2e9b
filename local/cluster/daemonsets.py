"""DaemonSets, thin: one pod on each node that matches, rolled one node at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.deployments import template_hash
from local.cluster.objects import Json, controller_of, is_ready_pod, is_terminating
from local.cluster.replicasets import pod_of
from local.cluster.scheduler import may_run_on

if TYPE_CHECKING:
    from local.cluster.informer import Key

_REVISION = "controller-revision-hash"
_TOLERATIONS = [
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
    for key, effect in (
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    )
]
"""What the controller adds to every DaemonSet's pods (``pkg/controller/daemon/util/daemonset_util.go``)."""


class DaemonSets(Controller):
    """Keeps one pod per matching node."""

    name = "daemonset-controller"
    resource = "daemonsets.apps"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at DaemonSets, at their pods, and at nodes that come, go or change their labels or taints."""
        super().on_change(event, resource, obj, before)
        owner = controller_of(obj) if resource == "pods" else None
        if owner is not None and owner["kind"] == "DaemonSet":
            self.wake((obj["metadata"]["namespace"], owner["name"]))
        if resource == "nodes" and (event != "MODIFIED" or before is None or before["spec"] != obj["spec"]):
            for mine in self.informer.every(self.resource):
                self.wake((mine["metadata"]["namespace"], mine["metadata"]["name"]))

    def reconcile(self, key: Key) -> None:
        """Pods where they are missing or superfluous, one update, and the status."""
        mine = self.informer.get(self.resource, key)
        if mine is None or is_terminating(mine):
            return
        spec = _tolerant(mine["spec"]["template"]["spec"])
        wanted = [node["metadata"]["name"] for node in self.informer.every("nodes") if may_run_on({"spec": spec}, node)]
        pods = {_node_of(pod): pod for pod in self.informer.owned(mine["metadata"]["uid"], "pods")}
        revision = template_hash(mine["spec"]["template"])
        for node in wanted:
            if node not in pods:
                self._create(mine, spec, node, revision)
        for node, pod in pods.items():
            if node not in wanted and not self._may_stay(spec, node) and not is_terminating(pod):
                self.api.delete("pods", pod["metadata"]["name"], key[0])
        if all(node in pods for node in wanted):
            self._update(key, mine, [pods[node] for node in wanted], revision)
        self._report(key, mine, wanted, revision)

    def _may_stay(self, spec: Json, node: str) -> bool:
        """Whether a pod goes on running where none would be started: only a NoExecute taint sends it away."""
        found = self.informer.get("nodes", ("", node))
        return found is not None and may_run_on({"spec": spec}, found, effects=frozenset({"NoExecute"}))

    def _create(self, mine: Json, spec: Json, node: str, revision: str) -> None:
        template = {**mine["spec"]["template"], "spec": _pinned(spec, node)}
        pod = pod_of(mine, template, {"generateName": mine["metadata"]["name"] + "-"})
        pod["metadata"]["labels"][_REVISION] = revision
        self.api.create("pods", pod, manager=self.name)

    def _update(self, key: Key, mine: Json, pods: list[Json], revision: str) -> None:
        if (mine["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
            return
        outdated = [pod for pod in pods if pod["metadata"]["labels"].get(_REVISION) != revision]
        if outdated and all(is_ready_pod(pod) for pod in pods):
            self.api.delete("pods", outdated[0]["metadata"]["name"], key[0])

    def _report(self, key: Key, mine: Json, wanted: list[str], revision: str) -> None:
        pods = [pod for pod in self.informer.owned(mine["metadata"]["uid"], "pods") if not is_terminating(pod)]
        ready = sum(map(is_ready_pod, pods))
        status: dict[str, Any] = {
            "observedGeneration": mine["metadata"].get("generation", 1),
            "desiredNumberScheduled": len(wanted),
            "currentNumberScheduled": len(pods),
            "updatedNumberScheduled": sum(pod["metadata"]["labels"].get(_REVISION) == revision for pod in pods),
            "numberMisscheduled": 0,
            "numberReady": ready,
            "numberAvailable": ready,
        }
        if any((mine.get("status") or {}).get(name) != value for name, value in status.items()):
            self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)


def _tolerant(spec: Json) -> Json:
    return {**spec, "tolerations": [*(spec.get("tolerations") or ()), *_TOLERATIONS]}


def _pinned(spec: Json, node: str) -> Json:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    return {**spec, "affinity": {**(spec.get("affinity") or {}), "nodeAffinity": required}}


def _node_of(pod: Json) -> str:
    affinity = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return str(affinity["nodeSelectorTerms"][0]["matchFields"][0]["values"][0])
