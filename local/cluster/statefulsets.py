"""StatefulSets, thin: ordinal pods, one after the other or in parallel, rolled from the highest ordinal down.

Volume claim templates are refused (a ``FailedCreate`` condition says so): storage is not modelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.deployments import template_hash
from local.cluster.objects import Json, controller_of, is_ready_pod, is_terminating, stamp, with_condition
from local.cluster.replicasets import pod_of

if TYPE_CHECKING:
    from local.cluster.informer import Key

_REVISION = "controller-revision-hash"


class StatefulSets(Controller):
    """Keeps pods ``<name>-0`` … ``<name>-(n-1)``."""

    name = "statefulset-controller"
    resource = "statefulsets.apps"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at StatefulSets and at the pods that they control."""
        super().on_change(event, resource, obj, before)
        owner = controller_of(obj) if resource == "pods" else None
        if owner is not None and owner["kind"] == "StatefulSet":
            self.wake((obj["metadata"]["namespace"], owner["name"]))

    def reconcile(self, key: Key) -> None:
        """The next ordinal, and the status."""
        mine = self.informer.get(self.resource, key)
        if mine is None or is_terminating(mine):
            return
        revision = f"{key[1]}-{template_hash(mine['spec']['template'])}"
        if mine["spec"].get("volumeClaimTemplates"):
            self._report(key, mine, revision, refused=True)
            return
        self._move(key, mine, revision)
        self._report(key, mine, revision, refused=False)

    def _move(self, key: Key, mine: Json, revision: str) -> None:
        pods = {pod["metadata"]["name"]: pod for pod in self.informer.owned(mine["metadata"]["uid"], "pods")}
        wanted = [f"{key[1]}-{ordinal}" for ordinal in range(mine["spec"].get("replicas", 1))]
        ordered = mine["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        for name in wanted:
            if name not in pods:
                self.api.create("pods", self._pod(mine, name, revision), manager=self.name)
            if ordered and (name not in pods or not is_ready_pod(pods[name])):
                return
        if any(name not in pods for name in wanted):
            return
        for name in sorted(set(pods) - set(wanted), key=_ordinal, reverse=True):
            self._delete(key, pods[name])
            if ordered:
                return
        if (mine["spec"].get("updateStrategy") or {}).get("type") != "OnDelete":
            self._update(key, [pods[name] for name in reversed(wanted)], revision)

    def _update(self, key: Key, pods: list[Json], revision: str) -> None:
        for pod in pods:
            if pod["metadata"]["labels"].get(_REVISION) != revision:
                self._delete(key, pod)
                return
            if not is_ready_pod(pod):
                return

    def _delete(self, key: Key, pod: Json) -> None:
        if not is_terminating(pod):
            self.api.delete("pods", pod["metadata"]["name"], key[0])

    def _pod(self, mine: Json, name: str, revision: str) -> Json:
        pod = pod_of(mine, mine["spec"]["template"], {"name": name})
        pod["metadata"]["labels"] |= {_REVISION: revision, "statefulset.kubernetes.io/pod-name": name}
        return pod

    def _report(self, key: Key, mine: Json, revision: str, *, refused: bool) -> None:
        pods = [pod for pod in self.informer.owned(mine["metadata"]["uid"], "pods") if not is_terminating(pod)]
        ready = sum(map(is_ready_pod, pods))
        updated = sum(pod["metadata"]["labels"].get(_REVISION) == revision for pod in pods)
        status: dict[str, Any] = {
            "observedGeneration": mine["metadata"].get("generation", 1),
            "replicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "updatedReplicas": updated,
            "currentReplicas": updated,
            "updateRevision": revision,
            "currentRevision": revision
            if updated == len(pods)
            else (mine.get("status") or {}).get("currentRevision", revision),
        }
        if refused:
            now = stamp(self.kernel.utcnow())
            message = "volumeClaimTemplates are not modelled by the embedded world"
            failed = {"type": "FailedCreate", "status": "True", "reason": "NotModelled", "message": message}
            status["conditions"] = with_condition((mine.get("status") or {}).get("conditions") or (), failed, now)
        if any((mine.get("status") or {}).get(name) != value for name, value in status.items()):
            self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)


def _ordinal(name: str) -> int:
    return int(name.rpartition("-")[2])
