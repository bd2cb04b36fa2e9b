"""Deployments: one ReplicaSet per template, rolled within maxSurge and maxUnavailable.

Source: ``pkg/controller/deployment`` (sync.go, rolling.go, recreate.go, progress.go).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.objects import (
    Json,
    annotation,
    canonical,
    condition,
    controlled_by,
    controller_of,
    is_active_pod,
    is_terminating,
    seconds_of,
    stamp,
    with_condition,
)
from local.cluster.rollout import Bounds, Set, bounds, next_scales

if TYPE_CHECKING:
    from local.cluster.informer import Key

REVISION = "deployment.kubernetes.io/revision"
_SETS = "replicasets.apps"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def template_hash(template: Json) -> str:
    """The label that tells the pods of one template from those of another."""
    digest = hashlib.sha256(canonical(template).encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:10])


def _set_of(one: Json) -> Set:
    return Set(
        one["metadata"]["name"], one["spec"].get("replicas", 0), (one.get("status") or {}).get("availableReplicas", 0)
    )


class Deployments(Controller):
    """Rolls deployments and reports on them."""

    name = "deployment-controller"
    resource = "deployments.apps"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at deployments, at the ReplicaSets that they control, and at pods that are gone (for Recreate)."""
        super().on_change(event, resource, obj, before)
        owner = controller_of(obj) if resource == _SETS else None
        if resource == "pods" and event == "DELETED":
            between = controller_of(obj)
            where = self.informer.by_uid(between["uid"]) if between else None
            found = self.informer.get(*where) if where else None
            owner = controller_of(found) if found else None
        if owner is not None and owner["kind"] == "Deployment":
            self.wake((obj["metadata"]["namespace"], owner["name"]))

    def reconcile(self, key: Key) -> None:
        """One step of the rollout, then the status."""
        mine = self.informer.get(self.resource, key)
        if mine is None or is_terminating(mine):
            return
        new = self._new_set(mine) if not mine["spec"].get("paused") else self._found_set(mine)
        old = [one for one in self._sets(mine) if new is None or one["metadata"]["name"] != new["metadata"]["name"]]
        if new is not None:
            self._roll(mine, new, old)
            self._clean_up(mine, old)
        self._report(key)

    def _sets(self, mine: Json) -> list[Json]:
        found = [one for one in self.informer.owned(mine["metadata"]["uid"], _SETS) if not is_terminating(one)]
        return sorted(found, key=lambda one: (int(annotation(one, REVISION, "0")), one["metadata"]["name"]))

    def _found_set(self, mine: Json) -> Json | None:
        wanted = template_hash(mine["spec"]["template"])
        for one in self._sets(mine):
            if one["metadata"]["labels"].get("pod-template-hash") == wanted:
                return one
        return None

    def _new_set(self, mine: Json) -> Json:
        found = self._found_set(mine)
        newest = max((int(annotation(one, REVISION, "0")) for one in self._sets(mine)), default=0)
        if found is None:
            found = self._create_set(mine, newest + 1)
        elif int(annotation(found, REVISION, "0")) < newest:
            body = {"metadata": {"annotations": {REVISION: str(newest + 1)}}}
            meta = found["metadata"]
            found = self.api.patch(_SETS, meta["name"], meta["namespace"], body, manager=self.name)
        revision = annotation(found, REVISION)
        if annotation(mine, REVISION) != revision:
            meta, body = mine["metadata"], {"metadata": {"annotations": {REVISION: revision}}}
            self.api.patch(self.resource, meta["name"], meta["namespace"], body, manager=self.name)
        return found

    def _create_set(self, mine: Json, revision: int) -> Json:
        template = mine["spec"]["template"]
        digest = template_hash(template)
        labels = {**(template["metadata"].get("labels") or {}), "pod-template-hash": digest}
        selector = {**mine["spec"]["selector"]}
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), "pod-template-hash": digest}
        obj = {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": f"{mine['metadata']['name']}-{digest}",
                "namespace": mine["metadata"]["namespace"],
                "labels": labels,
                "annotations": {REVISION: str(revision)},
                "ownerReferences": controlled_by(mine),
            },
            "spec": {
                "replicas": 0,
                "minReadySeconds": mine["spec"].get("minReadySeconds", 0),
                "selector": selector,
                "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
            },
        }
        return self.api.create(_SETS, obj, manager=self.name)

    def _roll(self, mine: Json, new: Json, old: list[Json]) -> None:
        replicas = mine["spec"].get("replicas", 1)
        strategy = mine["spec"].get("strategy") or {}
        if strategy.get("type") == "Recreate":
            scales = self._recreate(new, old, replicas)
        else:
            scales = next_scales(_set_of(new), [_set_of(one) for one in old], replicas, bounds(strategy, replicas))
        for name, size in scales.items():
            self.api.patch(_SETS, name, mine["metadata"]["namespace"], {"spec": {"replicas": size}}, manager=self.name)

    def _recreate(self, new: Json, old: list[Json], replicas: int) -> dict[str, int]:
        left = [one for one in old if one["spec"].get("replicas", 0)]
        if left:
            return {one["metadata"]["name"]: 0 for one in left}
        if any(self.informer.owned(one["metadata"]["uid"], "pods") for one in old):
            return {}
        return {} if new["spec"].get("replicas", 0) == replicas else {new["metadata"]["name"]: replicas}

    def _clean_up(self, mine: Json, old: list[Json]) -> None:
        idle = [
            one
            for one in old
            if not one["spec"].get("replicas", 0) and not (one.get("status") or {}).get("replicas", 0)
        ]
        keep = mine["spec"].get("revisionHistoryLimit", 10)
        for one in idle[: max(0, len(idle) - keep)]:
            self.api.delete(_SETS, one["metadata"]["name"], one["metadata"]["namespace"])

    def _report(self, key: Key) -> None:
        mine = self.informer.get(self.resource, key)
        if mine is None:
            return
        new, sets = self._found_set(mine), self._sets(mine)
        status = self._counts(mine, new, sets)
        status["conditions"] = self._conditions(key, mine, new, status)
        if any((mine.get("status") or {}).get(name) != value for name, value in status.items()):
            self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)

    def _counts(self, mine: Json, new: Json | None, sets: list[Json]) -> dict[str, Any]:
        def total(name: str) -> int:
            return sum((one.get("status") or {}).get(name, 0) for one in sets)

        available, wanted = total("availableReplicas"), sum(one["spec"].get("replicas", 0) for one in sets)
        pods = [
            pod for one in sets for pod in self.informer.owned(one["metadata"]["uid"], "pods") if is_active_pod(pod)
        ]
        return {
            "observedGeneration": mine["metadata"].get("generation", 1),
            "replicas": len(pods) if mine["metadata"].get("generation") else total("replicas"),
            "updatedReplicas": ((new or {}).get("status") or {}).get("replicas", 0),
            "readyReplicas": total("readyReplicas"),
            "availableReplicas": available,
            "unavailableReplicas": max(0, wanted - available),
        }

    def _conditions(self, key: Key, mine: Json, new: Json | None, status: dict[str, Any]) -> list[Json]:
        now = stamp(self.kernel.utcnow())
        replicas = mine["spec"].get("replicas", 1)
        limit = _limit(mine, replicas)
        enough = status["availableReplicas"] >= replicas - limit.unavailable
        available = {
            "type": "Available",
            "status": "True" if enough else "False",
            "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
            "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
        }
        conditions = _kept((mine.get("status") or {}).get("conditions") or [], available, now)
        progress = self._progress(key, mine, new, status)
        return conditions if progress is None else _kept(conditions, progress, now)

    def _progress(self, key: Key, mine: Json, new: Json | None, status: dict[str, Any]) -> Json | None:
        if new is None:
            return None
        replicas, name = mine["spec"].get("replicas", 1), new["metadata"]["name"]
        before = condition(mine, "Progressing")
        done = status["updatedReplicas"] == status["replicas"] == status["availableReplicas"] == replicas
        if done:
            return _progressing("True", "NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.')
        counts = ("updatedReplicas", "readyReplicas", "availableReplicas", "observedGeneration")
        moved = any(status[one] > (mine.get("status") or {}).get(one, 0) for one in counts)
        patience = mine["spec"].get("progressDeadlineSeconds", 600)
        if before is None or moved:
            self.wake(key, patience + 1)
            return {
                **_progressing("True", "ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.'),
                "lastUpdateTime": stamp(self.kernel.utcnow()),
            }
        if before["reason"] == "NewReplicaSetAvailable":
            return before
        left = seconds_of(before["lastUpdateTime"]) + patience - self.kernel.now()
        if left >= 0:
            self.wake(key, left + 1)
            return before
        return _progressing("False", "ProgressDeadlineExceeded", f'ReplicaSet "{name}" has timed out progressing.')


def _limit(mine: Json, replicas: int) -> Bounds:
    strategy = mine["spec"].get("strategy") or {}
    return Bounds(0, replicas) if strategy.get("type") == "Recreate" else bounds(strategy, replicas)


def _progressing(status: str, reason: str, message: str) -> Json:
    return {"type": "Progressing", "status": status, "reason": reason, "message": message}


def _kept(conditions: list[Json], new: Json, now: str) -> list[Json]:
    """With the condition set; its update time moves only when something of it changed."""
    before = next((one for one in conditions if one["type"] == new["type"]), None)
    same = before is not None and all(before.get(name) == new[name] for name in ("status", "reason", "message"))
    if same and before is not None and new.get("lastUpdateTime", before["lastUpdateTime"]) == before["lastUpdateTime"]:
        return conditions
    return with_condition(conditions, {"lastUpdateTime": now, **new}, now)
