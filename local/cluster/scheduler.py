"""Which node a pod runs on: node selector and affinity, taints, cpu, memory and pod count; spread over nodes and zones.

Source of the words: ``pkg/scheduler/framework/types.go`` (FitError) and the plugins' own reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.objects import Json, controller_of, is_terminating, meets, quantity, stamp, with_condition

if TYPE_CHECKING:
    from local.cluster.informer import Key

_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
_CORDONED = "node(s) were unschedulable"
_BLOCKING_EFFECTS = {"NoSchedule", "NoExecute"}

RETRY_SECONDS = 300.0
"""The scheduler looks again at an unschedulable pod after five minutes even without a change."""


def requests_of(pod: Mapping[str, Any]) -> dict[str, float]:
    """What a pod asks of its node; init containers count by their largest request."""
    spec = pod["spec"]
    total = {"cpu": 0.0, "memory": 0.0}
    for resource in total:
        running = sum(_request(container, resource) for container in spec["containers"])
        starting = max((_request(container, resource) for container in spec.get("initContainers") or ()), default=0.0)
        total[resource] = max(running, starting)
    return {**total, "pods": 1.0}


def _request(container: Mapping[str, Any], resource: str) -> float:
    resources = container.get("resources") or {}
    asked = (resources.get("requests") or {}).get(resource, (resources.get("limits") or {}).get(resource, 0))
    return quantity(asked)


def unmodelled(pod: Mapping[str, Any]) -> str:
    """Why a pod cannot be placed truthfully here, or nothing."""
    affinity = pod["spec"].get("affinity") or {}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    if any(required in (affinity.get(kind) or {}) for kind in ("podAffinity", "podAntiAffinity")):
        return "required pod (anti-)affinity is not modelled by the embedded world; use the preferred form"
    spread = pod["spec"].get("topologySpreadConstraints") or ()
    if any(one["whenUnsatisfiable"] == "DoNotSchedule" for one in spread):
        return "topologySpreadConstraints with DoNotSchedule are not modelled by the embedded world; use ScheduleAnyway"
    return ""


def obstacle(pod: Mapping[str, Any], node: Json, free: Mapping[str, float]) -> str:
    """The first reason why a node cannot take a pod, in the scheduler's words; nothing when it can."""
    if node["spec"].get("unschedulable"):
        return _CORDONED
    taint = _intolerable(pod, node["spec"].get("taints") or ())
    if taint is not None:
        value = f": {taint['value']}" if taint.get("value") else ": "
        return f"node(s) had untolerated taint {{{taint['key']}{value}}}"
    if not _matches_node(pod["spec"], node):
        return _AFFINITY
    for resource, asked in requests_of(pod).items():
        if asked > free[resource]:
            return "Too many pods" if resource == "pods" else f"Insufficient {resource}"
    return ""


def _intolerable(pod: Mapping[str, Any], taints: Iterable[Json]) -> Json | None:
    tolerations = pod["spec"].get("tolerations") or ()
    for taint in taints:
        if taint["effect"] in _BLOCKING_EFFECTS and not any(_tolerates(one, taint) for one in tolerations):
            return taint
    return None


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in {None, "", taint["effect"]}:
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in {None, "", taint["key"]}
    return bool(toleration.get("key") == taint["key"] and toleration.get("value", "") == taint.get("value", ""))


def _matches_node(spec: Mapping[str, Any], node: Json) -> bool:
    labels = node["metadata"].get("labels") or {}
    if any(labels.get(name) != value for name, value in (spec.get("nodeSelector") or {}).items()):
        return False
    wanted = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if wanted is None:
        return True
    fields = {"metadata.name": node["metadata"]["name"]}
    return any(
        all(meets(labels, one) for one in term.get("matchExpressions") or ())
        and all(meets(fields, one) for one in term.get("matchFields") or ())
        for term in wanted["nodeSelectorTerms"]
    )


def fit_error(obstacles: Mapping[str, int], nodes: int) -> str:
    """The message of the PodScheduled condition, word for word as the scheduler puts it together."""
    if not nodes:
        return "no nodes available to schedule pods"
    reasons = ", ".join(sorted(f"{count} {reason}" for reason, count in obstacles.items()))
    hopeless = f"{nodes} Preemption is not helpful for scheduling."
    return f"0/{nodes} nodes are available: {reasons}. preemption: 0/{nodes} nodes are available: {hopeless}"


class Scheduler(Controller):
    """Binds pods to nodes; a pod that fits nowhere stays Pending with the reason, and is tried again on any change."""

    name = "scheduler"
    resource = "pods"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at unbound pods, and at all of them when room may have come."""
        if resource == "pods" and event != "DELETED":
            if not obj["spec"].get("nodeName") and event == "ADDED":
                self.wake((obj["metadata"]["namespace"], obj["metadata"]["name"]))
        elif resource == "pods" or (resource == "nodes" and _may_give_room(obj, before)):
            for pod in self.informer.every("pods"):
                if not pod["spec"].get("nodeName"):
                    self.wake((pod["metadata"]["namespace"], pod["metadata"]["name"]), 1.0)

    def reconcile(self, key: Key) -> None:
        """Bind a pod, or say why it has no place."""
        pod = self.informer.get("pods", key)
        if pod is None or pod["spec"].get("nodeName") or is_terminating(pod):
            return
        nodes = list(self.informer.every("nodes"))
        refusal = unmodelled(pod)
        free = self._free(nodes)
        obstacles = Counter(obstacle(pod, node, free[node["metadata"]["name"]]) for node in nodes)
        if refusal or not obstacles[""]:
            self._leave_pending(pod, refusal or fit_error(obstacles, len(nodes)))
            return
        places = [node for node in nodes if not obstacle(pod, node, free[node["metadata"]["name"]])]
        self._bind(pod, min(places, key=lambda node: self._crowding(pod, node, free))["metadata"]["name"])

    def _free(self, nodes: Iterable[Json]) -> dict[str, dict[str, float]]:
        free = {}
        for node in nodes:
            allocatable = node.get("status", {}).get("allocatable") or {}
            free[node["metadata"]["name"]] = {
                name: quantity(allocatable.get(name, 0)) for name in ("cpu", "memory", "pods")
            }
        for pod in self.informer.every("pods"):
            room = free.get(pod["spec"].get("nodeName", ""))
            if room is not None and (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}:
                for resource, asked in requests_of(pod).items():
                    room[resource] -= asked
        return free

    def _crowding(self, pod: Json, node: Json, free: Mapping[str, Mapping[str, float]]) -> tuple[int, int, float, str]:
        owner = (controller_of(pod) or {}).get("uid", "")
        siblings = [one["spec"].get("nodeName", "") for one in self.informer.owned(owner, "pods")]
        zone = node["metadata"]["labels"].get("topology.kubernetes.io/zone")
        zones = {
            one["metadata"]["name"]: one["metadata"]["labels"].get("topology.kubernetes.io/zone")
            for one in self.informer.every("nodes")
        }
        name = node["metadata"]["name"]
        return (siblings.count(name), sum(zones.get(one) == zone for one in siblings if one), -free[name]["cpu"], name)

    def _bind(self, pod: Json, node: str) -> None:
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        self.api.patch("pods", name, namespace, {"spec": {"nodeName": node}}, manager="kube-scheduler")
        self._set_scheduled(pod, {"type": "PodScheduled", "status": "True"})

    def _leave_pending(self, pod: Json, message: str) -> None:
        self._set_scheduled(
            pod, {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        )
        self.wake((pod["metadata"]["namespace"], pod["metadata"]["name"]), RETRY_SECONDS)

    def _set_scheduled(self, pod: Json, scheduled: Json) -> None:
        conditions = with_condition(
            (pod.get("status") or {}).get("conditions") or (), scheduled, stamp(self.kernel.utcnow())
        )
        self.api.patch(
            "pods",
            pod["metadata"]["name"],
            pod["metadata"]["namespace"],
            {"status": {"phase": "Pending", "conditions": conditions}},
            subresource="status",
            manager="kube-scheduler",
        )


def _may_give_room(node: Json, before: Json | None) -> bool:
    if before is None:
        return True
    parts = [
        (one["spec"], one["metadata"].get("labels"), (one.get("status") or {}).get("allocatable"))
        for one in (node, before)
    ]
    return parts[0] != parts[1]


def may_run_on(pod: Mapping[str, Any], node: Json) -> bool:
    """Whether node selector, node affinity and taints let a pod onto a node (what a DaemonSet asks)."""
    return _intolerable(pod, node["spec"].get("taints") or ()) is None and _matches_node(pod["spec"], node)
