"""What follows from a Node's state: its taints, the pods that must leave for them, and the pods of a dead machine.

Source: ``pkg/controller/nodelifecycle/node_lifecycle_controller.go`` (doNoScheduleTaintingPass,
processTaintBaseEviction), ``pkg/controller/tainteviction/taint_eviction.go`` and
``pkg/controller/podgc/gc_controller.go`` (gcTerminating).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cluster.controller import Controller
from local.cluster.objects import Json, condition, is_terminating, stamp
from local.cluster.scheduler import tolerations_of
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"

DEFAULT_TOLERATION_SECONDS = 300.0
"""How long a pod stays on a node that is not ready or unreachable, unless it says otherwise itself.

The admission plugin DefaultTolerationSeconds writes it into each pod; here it holds without being written.
"""

GARBAGE_SECONDS = 20.0
"""How often the pod garbage collector looks (``gcCheckPeriod``)."""

_NOT_FOUND = 404


class NodeLifecycle(Controller):
    """Gives a Node the taints that its cordon and its silence ask for, and takes them away again."""

    name = "node-controller"
    resource = "nodes"

    def reconcile(self, key: Key) -> None:
        """The taints of a Node; others than its own are left alone."""
        node = self.informer.get("nodes", key)
        if node is None:
            return
        taints: list[Json] = node["spec"].get("taints") or []
        wanted = _wanted(node)
        kept = [one for one in taints if one["key"] not in {UNSCHEDULABLE, UNREACHABLE} or _id(one) in wanted]
        missing = [one for one in wanted if one not in {_id(one) for one in kept}]
        if missing or len(kept) < len(taints):
            now = stamp(self.kernel.utcnow())
            new = [{"key": name, "effect": effect, "timeAdded": now} for name, effect in missing]
            version = {"resourceVersion": node["metadata"]["resourceVersion"]}
            body = {"metadata": version, "spec": {"taints": [*kept, *new] or None}}
            self.api.patch("nodes", key[1], None, body, manager=self.name)


def _wanted(node: Json) -> list[tuple[str, str]]:
    wanted = [(UNSCHEDULABLE, "NoSchedule")] if node["spec"].get("unschedulable") else []
    if (condition(node, "Ready") or {}).get("status") == "Unknown":
        wanted += [(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")]
    return wanted


def _id(taint: Json) -> tuple[str, str]:
    return taint["key"], taint["effect"]


class TaintEviction(Controller):
    """Deletes the pods that do not tolerate a Node's NoExecute taints, or no longer; budgets are not asked."""

    name = "taint-eviction-controller"
    resource = "nodes"

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        self._since: dict[Key, dict[str, float]] = {}
        super().__init__(kernel, api, informer)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at nodes with such taints, also when a pod comes to one."""
        if resource == "nodes" and (_no_execute(obj) or ("", obj["metadata"]["name"]) in self._since):
            self.wake(("", obj["metadata"]["name"]))
        bound = obj["spec"].get("nodeName") if resource == "pods" and event != "DELETED" else None
        if bound and (before is None or before["spec"].get("nodeName") != bound):
            node = self.informer.get("nodes", ("", bound))
            if node is not None and _no_execute(node):
                self.wake(("", bound))

    def reconcile(self, key: Key) -> None:
        """Delete what must go now, and look again when the next one must."""
        node = self.informer.get("nodes", key)
        taints = _no_execute(node) if node is not None else []
        before = self._since.pop(key, {})
        since: dict[str, float] = {}
        if taints:
            self._since[key] = since
        waits = []
        for pod in self.informer.on_node(key[1]) if taints else ():
            uid = pod["metadata"]["uid"]
            since[uid] = before.get(uid, self.kernel.env.now)
            wait = since[uid] + min(_patience(pod, taint) for taint in taints) - self.kernel.env.now
            if is_terminating(pod) or wait == float("inf"):
                continue
            if wait <= 0:
                _delete(self, pod, None)
            else:
                waits.append(wait)
        if waits:
            self.wake(key, min(waits))


def _no_execute(node: Json) -> list[Json]:
    return [taint for taint in node["spec"].get("taints") or () if taint["effect"] == "NoExecute"]


def _patience(pod: Json, taint: Json) -> float:
    """For how many seconds a pod tolerates a taint: 0 for not at all, infinity for ever."""
    tolerations = tolerations_of(pod, taint)
    if tolerations:
        return min(float(one.get("tolerationSeconds", "inf")) for one in tolerations)
    return DEFAULT_TOLERATION_SECONDS if taint["key"] in {NOT_READY, UNREACHABLE} else 0.0


class PodGarbage(Controller):
    """Removes the terminating pods of a machine that somebody declared out of service, once its Node is not ready."""

    name = "pod-garbage-collector"
    resource = "nodes"
    delay = GARBAGE_SECONDS

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at such nodes, also when a pod of one is to go."""
        del before
        names = {"nodes": obj["metadata"]["name"], "pods": (obj.get("spec") or {}).get("nodeName")}
        name: str = names.get(resource) or ""
        node = self.informer.get("nodes", ("", name)) if name and event != "DELETED" else None
        if node is not None and is_out_of_service(node):
            self.wake(("", name))

    def reconcile(self, key: Key) -> None:
        """Delete them without grace: no kubelet is there that could."""
        node = self.informer.get("nodes", key)
        if node is None or not is_out_of_service(node) or (condition(node, "Ready") or {}).get("status") == "True":
            return
        for pod in self.informer.on_node(key[1]):
            if is_terminating(pod):
                _delete(self, pod, 0)


def is_out_of_service(node: Json) -> bool:
    """Whether somebody has said that a machine is gone for good (KEP-2268)."""
    return any(taint["key"] == OUT_OF_SERVICE for taint in node["spec"].get("taints") or ())


def _delete(controller: Controller, pod: Json, grace: int | None) -> None:
    meta = pod["metadata"]
    try:
        uid = {"uid": meta["uid"]}
        controller.api.delete("pods", meta["name"], meta["namespace"], preconditions=uid, grace_seconds=grace)
    except ApiError as error:
        if error.code != _NOT_FOUND:
            raise
