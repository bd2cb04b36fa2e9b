"""The status of PodDisruptionBudgets, from which eviction decides.

Source: ``pkg/controller/disruption/disruption.go`` (getExpectedPodCount, countHealthyPods, updatePdbStatus).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.informer import key_of
from local.cluster.objects import (
    Json,
    controller_of,
    is_ready_pod,
    portion,
    seconds_of,
    selects,
    stamp,
    with_condition,
)
from local.cluster.paces import Paces

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.paces import Bounds
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

Labelled = tuple[str, frozenset[tuple[str, str]]]
"""A namespace and a set of labels."""

DELETION_TIMEOUT = 120.0
"""An evicted pod that still is not terminating after two minutes counts as healthy again."""

_SCALED = {"ReplicaSet": "replicasets.apps", "StatefulSet": "statefulsets.apps"}


class DisruptionBudgets(Controller):
    """Counts pods for each budget, some hundred milliseconds after they changed.

    In a drain every eviction changes pods of budgets that select thousands, so pods are found by their labels, and
    which budgets select a set of labels is worked out once.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
        lag: between a change and the status that follows from it.
    """

    name = "disruption-controller"
    resource = "poddisruptionbudgets.policy"

    def __init__(
        self, kernel: Kernel, api: ApiServer, informer: Informer, *, lag: Bounds = Paces.disruption_lag
    ) -> None:
        self._lag = lag
        self._labelled: dict[Labelled, dict[Key, None]] = {}
        self._selecting: dict[Labelled, list[Key]] = {}
        super().__init__(kernel, api, informer)
        for pod in informer.every("pods"):
            self._labelled.setdefault(_labelled(pod), {})[key_of(pod)] = None

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at budgets and at the pods that they select."""
        super().on_change(event, resource, obj, before)
        if resource == self.resource and (before is None or event == "DELETED" or before["spec"] != obj["spec"]):
            self._selecting.clear()
        if resource != "pods":
            return
        for pod in (before, obj):
            if pod is not None and event != "ADDED":
                self._labelled.get(_labelled(pod), {}).pop(key_of(pod), None)
        if event != "DELETED":
            self._labelled.setdefault(_labelled(obj), {})[key_of(obj)] = None
        for key in self._budgets_of(_labelled(obj)):
            self.wake(key)

    def wake(self, key: Key, after: float | None = None) -> None:
        """Count again, after the controller's lag by default."""
        if after is None and key not in self._due:
            after = self.kernel.stream(f"{self.api.name}/{self.name}").uniform(*self._lag)
        super().wake(key, after if after is not None else self._lag[1])

    def _budgets_of(self, labelled: Labelled) -> list[Key]:
        if labelled not in self._selecting:
            namespace, labels = labelled
            self._selecting[labelled] = [
                key_of(budget)
                for budget in self.informer.every(self.resource, namespace)
                if selects(budget["spec"].get("selector"), dict(labels))
            ]
        return self._selecting[labelled]

    def _pods(self, key: Key) -> list[Json]:
        """The pods that a budget selects."""
        keys = [
            pod
            for labelled, pods in self._labelled.items()
            if labelled[0] == key[0] and key in self._budgets_of(labelled)
            for pod in pods
        ]
        return [pod for pod in (self.informer.get("pods", one) for one in keys) if pod is not None]

    def reconcile(self, key: Key) -> None:
        """Count, and write the status if it changed."""
        budget = self.informer.get(self.resource, key)
        if budget is None:
            return
        pods = self._pods(key)
        expected, desired = self._expected(budget["spec"], pods)
        disrupted = self._still_disrupted(key, budget, pods)
        healthy = sum(is_ready_pod(pod) and pod["metadata"]["name"] not in disrupted for pod in pods)
        allowed = max(0, healthy - desired) if expected > 0 else 0
        now, name = stamp(self.kernel.utcnow()), "DisruptionAllowed"
        verdict = {
            "type": name,
            "status": "True" if allowed else "False",
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
            "observedGeneration": budget["metadata"].get("generation", 1),
        }
        status: dict[str, Any] = {
            "observedGeneration": budget["metadata"].get("generation", 1),
            "expectedPods": expected,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "disruptedPods": disrupted,
            "conditions": with_condition((budget.get("status") or {}).get("conditions") or (), verdict, now),
        }
        self._write(key, budget, status)

    def _write(self, key: Key, budget: Json, status: dict[str, Any]) -> None:
        before = {"disruptedPods": {}, **(budget.get("status") or {})}
        if all(before.get(name) == value for name, value in status.items()):
            return
        gone = {name: None for name in before["disruptedPods"] if name not in status["disruptedPods"]}
        status["disruptedPods"] = {**status["disruptedPods"], **gone}
        self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)

    def _expected(self, spec: Json, pods: list[Json]) -> tuple[int, int]:
        if "maxUnavailable" in spec:
            expected = self._scale(pods)
            return expected, max(0, expected - portion(spec["maxUnavailable"], expected, up=True))
        minimum = spec.get("minAvailable", 1)
        if isinstance(minimum, int):
            return len(pods), minimum
        expected = self._scale(pods)
        return expected, portion(minimum, expected, up=True)

    def _scale(self, pods: list[Json]) -> int:
        """What the pods' controllers ask for; a Deployment's number stands above its ReplicaSets'."""
        sizes: dict[str, int] = {}
        for pod in pods:
            owner = controller_of(pod)
            if owner is None or owner["kind"] not in _SCALED:
                continue
            scaled = self.informer.get(_SCALED[owner["kind"]], (pod["metadata"]["namespace"], owner["name"]))
            above = controller_of(scaled) if scaled is not None else None
            if scaled is not None and above is not None:
                scaled = self.informer.get("deployments.apps", (pod["metadata"]["namespace"], above["name"]))
            if scaled is not None:
                sizes[scaled["metadata"]["uid"]] = scaled["spec"].get("replicas", 1)
        return sum(sizes.values())

    def _still_disrupted(self, key: Key, budget: Json, pods: list[Json]) -> dict[str, str]:
        names = {pod["metadata"]["name"]: pod for pod in pods}
        kept: dict[str, str] = {}
        for name, since in ((budget.get("status") or {}).get("disruptedPods") or {}).items():
            left = seconds_of(since) + DELETION_TIMEOUT - self.kernel.now()
            if name in names and "deletionTimestamp" not in names[name]["metadata"] and left > 0:
                kept[name] = since
                self.wake(key, left)
        return kept


def _labelled(pod: Json) -> Labelled:
    meta = pod["metadata"]
    return meta["namespace"], frozenset((meta.get("labels") or {}).items())
