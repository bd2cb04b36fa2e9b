"""HorizontalPodAutoscalers without metrics: the target is kept between minReplicas and maxReplicas, nothing more.

This is what the real controller does too while no metric can be read, except that the real one also says so.
Source: ``pkg/controller/podautoscaler/horizontal.go`` (reconcileAutoscaler).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.objects import Json, stamp, with_condition

if TYPE_CHECKING:
    from local.cluster.informer import Key

_TARGETS = {"Deployment": "deployments.apps", "StatefulSet": "statefulsets.apps"}


class Autoscalers(Controller):
    """Clamps the scale of targets and reports it."""

    name = "horizontal-pod-autoscaler"
    resource = "horizontalpodautoscalers.autoscaling"
    delay = 1.0

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
        wanted = min(max(current, mine["spec"].get("minReplicas", 1)), mine["spec"]["maxReplicas"])
        if current and wanted != current:
            body = {"spec": {"replicas": wanted}}
            self.api.patch(resource, reference["name"], key[0], body, manager=self.name)
        self._report(key, mine, current, wanted if current else 0, missing=False)

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
