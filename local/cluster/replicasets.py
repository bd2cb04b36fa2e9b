"""ReplicaSets: as many pods as asked for.

Source: ``pkg/controller/replicaset/replica_set.go`` and ``pkg/controller/controller_utils.go`` (ActivePods: who goes
first).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.objects import (
    Json,
    condition,
    controlled_by,
    controller_of,
    is_active_pod,
    is_ready_pod,
    is_terminating,
    is_true,
    seconds_of,
)

if TYPE_CHECKING:
    from local.cluster.informer import Key


def pod_of(owner: Json, template: Json, name: dict[str, str]) -> Json:
    """A pod from an owner's template; ``name`` is {"name": …} or {"generateName": …}."""
    meta = template.get("metadata") or {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **name,
            "namespace": owner["metadata"]["namespace"],
            "labels": dict(meta.get("labels") or {}),
            "annotations": dict(meta.get("annotations") or {}),
            "ownerReferences": controlled_by(owner),
        },
        "spec": template["spec"],
    }


def expendable_first(pod: Json) -> tuple[bool, bool, bool, float]:
    """The order in which pods are given up: unbound, then not running, then not ready, then the youngest."""
    status = pod.get("status") or {}
    return (
        bool(pod["spec"].get("nodeName")),
        status.get("phase") == "Running",
        is_true(pod, "Ready"),
        -seconds_of(pod["metadata"]["creationTimestamp"]),
    )


class ReplicaSets(Controller):
    """Creates and deletes pods, and counts them in the status."""

    name = "replicaset-controller"
    resource = "replicasets.apps"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at ReplicaSets and at the pods that they control."""
        super().on_change(event, resource, obj, before)
        owner = controller_of(obj) if resource == "pods" else None
        if owner is not None and owner["kind"] == "ReplicaSet":
            self.wake((obj["metadata"]["namespace"], owner["name"]))

    def reconcile(self, key: Key) -> None:
        """Move the number of pods to the asked one."""
        mine = self.informer.get(self.resource, key)
        if mine is None:
            return
        pods = [pod for pod in self.informer.owned(mine["metadata"]["uid"], "pods") if is_active_pod(pod)]
        wanted = mine["spec"].get("replicas", 1)
        if not is_terminating(mine):
            for _ in range(wanted - len(pods)):
                self._create(mine)
            for pod in sorted(pods, key=expendable_first)[: max(0, len(pods) - wanted)]:
                self.api.delete("pods", pod["metadata"]["name"], key[0])
        self._report(key)

    def _create(self, mine: Json) -> None:
        name = {"generateName": mine["metadata"]["name"] + "-"}
        self.api.create("pods", pod_of(mine, mine["spec"]["template"], name), manager=self.name)

    def _report(self, key: Key) -> None:
        mine = self.informer.get(self.resource, key)
        if mine is None:
            return
        pods = [pod for pod in self.informer.owned(mine["metadata"]["uid"], "pods") if is_active_pod(pod)]
        ready = [pod for pod in pods if is_ready_pod(pod)]
        status: dict[str, Any] = {
            "replicas": len(pods),
            "fullyLabeledReplicas": len(pods),
            "readyReplicas": len(ready),
            "availableReplicas": self._available(key, ready, mine["spec"].get("minReadySeconds", 0)),
            "observedGeneration": mine["metadata"].get("generation", 1),
        }
        if any((mine.get("status") or {}).get(name) != value for name, value in status.items()):
            self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)

    def _available(self, key: Key, ready: list[Json], minimum: float) -> int:
        if not minimum:
            return len(ready)
        waits = []
        for pod in ready:
            since = (condition(pod, "Ready") or {})["lastTransitionTime"]
            waits.append(seconds_of(since) + minimum - self.kernel.now())
        later = [wait for wait in waits if wait > 0]
        if later:
            self.wake(key, min(later))
        return len(waits) - len(later)
