"""HorizontalPodAutoscalers: the target stays between minReplicas and maxReplicas, and follows its pods' CPU if it can.

Only pods that say how much they can serve have a CPU that anybody measures; for others nothing more happens than that
the bounds are kept, as the real controller does while no metric can be read, except that the real one also says so.
Source: ``pkg/controller/podautoscaler/horizontal.go`` (reconcileAutoscaler).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.autoscaling import STABILISATION_SECONDS, SYNC_SECONDS, recommended, stabilised
from local.cluster.controller import Controller
from local.cluster.objects import Json, is_active_pod, is_ready_pod, stamp, with_condition

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from local.cluster.informer import Informer, Key
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

    class Load(Protocol):
        """What a pod has to do."""

        def utilization(self, now: float) -> float:
            """The CPU that it uses, in percent of what it requests."""


_TARGETS = {"Deployment": "deployments.apps", "StatefulSet": "statefulsets.apps"}


class Autoscalers(Controller):
    """Sizes targets by their pods' CPU, clamps the scale and reports it."""

    name = "horizontal-pod-autoscaler"
    resource = "horizontalpodautoscalers.autoscaling"
    delay = 1.0

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        super().__init__(kernel, api, informer)
        self.load: Callable[[str, str], Load | None] = lambda _namespace, _pod: None
        self._recommendations: dict[Key, list[tuple[float, int]]] = {}

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at autoscalers and at scalable objects whose size changed."""
        super().on_change(event, resource, obj, before)
        if resource in _TARGETS.values():
            for mine in self.informer.every(self.resource, obj["metadata"]["namespace"]):
                if mine["spec"]["scaleTargetRef"]["name"] == obj["metadata"]["name"]:
                    self.wake((mine["metadata"]["namespace"], mine["metadata"]["name"]))

    def reconcile(self, key: Key) -> None:
        """Clamp and report."""
        mine = self.informer.get(self.resource, key)
        if mine is None:
            return
        reference = mine["spec"]["scaleTargetRef"]
        resource = _TARGETS.get(reference["kind"])
        target = self.informer.get(resource, (key[0], reference["name"])) if resource else None
        if target is None or resource is None:
            self._report(key, mine, 0, 0, missing=True)
            return
        current = target["spec"].get("replicas", 1)
        measured = self._by_load(key, mine, target, current) if current else current
        if measured is None:
            return
        wanted = min(max(measured, mine["spec"].get("minReplicas", 1)), mine["spec"]["maxReplicas"])
        if current and wanted != current:
            body = {"spec": {"replicas": wanted}}
            self.api.patch(resource, reference["name"], key[0], body, manager=self.name)
        self._report(key, mine, current, wanted if current else 0, missing=False)

    def _by_load(self, key: Key, mine: Json, target: Json, current: int) -> int | None:
        """Replicas by the pods' CPU; the current ones when nobody measures it, None when it is not yet time to look."""
        percent = _target_percent(mine)
        selector = target["spec"]["selector"].get("matchLabels") or {}
        pods = [
            pod
            for pod in self.informer.every("pods", key[0])
            if is_active_pod(pod) and selector.items() <= (pod["metadata"].get("labels") or {}).items()
        ]
        loads = {pod["metadata"]["name"]: self.load(key[0], pod["metadata"]["name"]) for pod in pods}
        now, known = self.kernel.now(), self._recommendations.setdefault(key, [])
        if not percent or not any(loads.values()):
            return current
        if known and now - known[-1][0] < SYNC_SECONDS:
            self.wake(key, SYNC_SECONDS - (now - known[-1][0]))
            return None
        used = [one.utilization(now) for pod in pods if is_ready_pod(pod) and (one := loads[pod["metadata"]["name"]])]
        wanted = recommended(current, percent, used, len(pods) - len(used))
        recent = [(at, count) for at, count in known if now - at < STABILISATION_SECONDS] or [(now, current)]
        self._recommendations[key] = [*recent, (now, wanted)]
        self.wake(key, SYNC_SECONDS)
        return stabilised(current, wanted, [count for _, count in recent])

    def _report(self, key: Key, mine: Json, current: int, wanted: int, *, missing: bool) -> None:
        now = stamp(self.kernel.utcnow())
        able = {
            "type": "AbleToScale",
            "status": "True",
            "reason": "ReadyForNewScale",
            "message": "recommended size matches current size",
        }
        if missing:
            able = {
                "type": "AbleToScale",
                "status": "False",
                "reason": "FailedGetScale",
                "message": "the HPA controller was unable to get the target's current scale",
            }
        conditions = with_condition((mine.get("status") or {}).get("conditions") or (), able, now)
        status: dict[str, Any] = {"currentReplicas": current, "desiredReplicas": wanted, "conditions": conditions}
        if any((mine.get("status") or {}).get(name) != value for name, value in status.items()):
            self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)


def _target_percent(autoscaler: Json) -> float:
    """The CPU that its pods shall use; 0 when it goes by something else."""
    for metric in autoscaler["spec"].get("metrics") or ():
        resource = metric.get("resource") or {}
        if metric.get("type") == "Resource" and resource.get("name") == "cpu":
            return float((resource.get("target") or {}).get("averageUtilization") or 0)
    return 0.0
