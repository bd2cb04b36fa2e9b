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
    from local.cluster.informer import Informer, Key
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
_CORDONED = "node(s) were unschedulable"
_CORDON = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
_BLOCKING_EFFECTS = frozenset({"NoSchedule", "NoExecute"})

FEWEST_PLACES = 100
"""So many fitting nodes are compared at least; beyond that a share of them is enough (``numFeasibleNodesToFind``)."""

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


def obstacle(pod: Mapping[str, Any], asked: Mapping[str, float], node: Json, room: Room) -> str:
    """The first reason why a node cannot take a pod, in the scheduler's words; nothing when it can."""
    if node["spec"].get("unschedulable") and not tolerations_of(pod, _CORDON):
        return _CORDONED
    taint = _intolerable(pod, node["spec"].get("taints") or ())
    if taint is not None:
        value = f": {taint['value']}" if taint.get("value") else ": "
        return f"node(s) had untolerated taint {{{taint['key']}{value}}}"
    if not _matches_node(pod["spec"], node):
        return _AFFINITY
    free = room.free(node)
    for resource, amount in asked.items():
        if amount > free[resource]:
            return "Too many pods" if resource == "pods" else f"Insufficient {resource}"
    return ""


def tolerations_of(pod: Mapping[str, Any], taint: Mapping[str, Any]) -> list[Json]:
    """The tolerations of a pod that hold for a taint."""
    return [one for one in pod["spec"].get("tolerations") or () if _tolerates(one, taint)]


def _intolerable(
    pod: Mapping[str, Any], taints: Iterable[Json], effects: frozenset[str] = _BLOCKING_EFFECTS
) -> Json | None:
    for taint in taints:
        if taint["effect"] in effects and not tolerations_of(pod, taint):
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


def places_to_find(nodes: int) -> int:
    """How many fitting nodes the scheduler compares, by its adaptive ``percentageOfNodesToScore``."""
    share = max(50 - nodes // 125, 5)
    return nodes if nodes < FEWEST_PLACES else max(FEWEST_PLACES, nodes * share // 100)


class Room:
    """What is free on each node, kept by the changes of nodes and pods.

    Args:
        informer: the shared cache.
    """

    def __init__(self, informer: Informer) -> None:
        self._informer = informer
        self._free: dict[str, dict[str, float]] = {}

    def forget(self, node: str) -> None:
        """Something changed on a node."""
        self._free.pop(node, None)

    def free(self, node: Json) -> dict[str, float]:
        """What is free now: what the node can give, less what its unfinished pods ask."""
        name = node["metadata"]["name"]
        if name not in self._free:
            allocatable = node.get("status", {}).get("allocatable") or {}
            room = {resource: quantity(allocatable.get(resource, 0)) for resource in ("cpu", "memory", "pods")}
            for pod in self._informer.on_node(name):
                if (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}:
                    for resource, asked in requests_of(pod).items():
                        room[resource] -= asked
            self._free[name] = room
        return self._free[name]


class Scheduler(Controller):
    """Binds pods to nodes; a pod that fits nowhere stays Pending with the reason, and is tried again on any change."""

    name = "scheduler"
    resource = "pods"

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        self._room = Room(informer)
        self._next = 0
        super().__init__(kernel, api, informer)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at unbound pods, and at all of them when room may have come."""
        if resource == "pods":
            self._note(event, obj, before)
        elif resource == "nodes" and (event == "DELETED" or _may_give_room(obj, before)):
            self._room.forget(obj["metadata"]["name"])
        if resource == "pods" and event != "DELETED":
            if not obj["spec"].get("nodeName") and event == "ADDED":
                self.wake((obj["metadata"]["namespace"], obj["metadata"]["name"]))
        elif resource == "pods" or (resource == "nodes" and _may_give_room(obj, before)):
            for pod in self.informer.on_node(""):
                self.wake((pod["metadata"]["namespace"], pod["metadata"]["name"]), 1.0)

    def _note(self, event: str, pod: Json, before: Json | None) -> None:
        """Forget what was free on the node of a pod that came, went, or finished."""
        bound = pod["spec"].get("nodeName", "")
        if event != "MODIFIED" or before is None or _place(before) != _place(pod):
            self._room.forget(bound)

    def reconcile(self, key: Key) -> None:
        """Bind a pod, or say why it has no place."""
        pod = self.informer.get("pods", key)
        if pod is None or pod["spec"].get("nodeName") or is_terminating(pod):
            return
        nodes = list(self.informer.every("nodes"))
        refusal = unmodelled(pod)
        named = self.informer.get("nodes", ("", _named_node(pod)))
        places, obstacles = self._places(pod, [named] if named is not None else nodes)
        if named is not None and not places:
            places, obstacles = self._places(pod, nodes)
        if refusal or not places:
            self._leave_pending(pod, refusal or fit_error(obstacles, len(nodes)))
            return
        siblings = [one["spec"].get("nodeName", "") for one in self.informer.owned(_owner(pod), "pods")]
        on_node = Counter(siblings)
        in_zone = Counter(_zone(node) for name in siblings if (node := self.informer.get("nodes", ("", name))))

        def crowding(node: Json) -> tuple[int, int, float, str]:
            name = node["metadata"]["name"]
            return on_node[name], in_zone[_zone(node)], -self._room.free(node)["cpu"], name

        self._bind(pod, min(places, key=crowding)["metadata"]["name"])

    def _places(self, pod: Json, nodes: list[Json]) -> tuple[list[Json], Counter[str]]:
        """Nodes that fit, as many as are compared, and how often each obstacle was met on the way."""
        asked, enough = requests_of(pod), places_to_find(len(nodes))
        places: list[Json] = []
        obstacles: Counter[str] = Counter()
        start, self._next = self._next, 0
        for seen, node in enumerate((*nodes[start:], *nodes[:start])):
            if len(places) == enough:
                self._next = (start + seen) % len(nodes)
                break
            why = obstacle(pod, asked, node, self._room)
            if why:
                obstacles[why] += 1
            else:
                places.append(node)
        return places, obstacles

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


def _place(pod: Json) -> tuple[str, str]:
    """Where a pod is, and in which phase."""
    return pod["spec"].get("nodeName", ""), (pod.get("status") or {}).get("phase", "")


def _named_node(pod: Json) -> str:
    """The one node that a DaemonSet's pod is for, so that no other needs to be looked at; "" for other pods."""
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    terms = (affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}).get("nodeSelectorTerms") or []
    fields = terms[0].get("matchFields") or [] if len(terms) == 1 else []
    alone = len(fields) == 1 and fields[0]["operator"] == "In" and len(fields[0]["values"]) == 1
    return str(fields[0]["values"][0]) if alone else ""


def _owner(pod: Json) -> str:
    return str((controller_of(pod) or {}).get("uid", ""))


def _zone(node: Json) -> str | None:
    zone: str | None = (node["metadata"].get("labels") or {}).get("topology.kubernetes.io/zone")
    return zone


def _may_give_room(node: Json, before: Json | None) -> bool:
    if before is None:
        return True
    parts = [
        (one["spec"], one["metadata"].get("labels"), (one.get("status") or {}).get("allocatable"))
        for one in (node, before)
    ]
    return parts[0] != parts[1]


def may_run_on(pod: Mapping[str, Any], node: Json, *, effects: frozenset[str] = _BLOCKING_EFFECTS) -> bool:
    """Whether node selector, node affinity and the taints of some effects let a pod onto a node (as DaemonSets ask)."""
    return _intolerable(pod, node["spec"].get("taints") or (), effects) is None and _matches_node(pod["spec"], node)
