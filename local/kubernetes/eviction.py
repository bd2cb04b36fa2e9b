"""The eviction subresource: a pod goes only as its disruption budget allows.

Source: ``pkg/registry/core/pod/storage/eviction.go``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.kubernetes import errors
from local.kubernetes.errors import ApiError, Cause
from local.kubernetes.objects import Json, labels_of, timestamp
from local.kubernetes.selectors import matches

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

BUDGETS = "poddisruptionbudgets.policy"
UNSEEN_RETRY_SECONDS = 10
"""Retry-After while the budget's controller has not seen its last change; a spent budget gets no Retry-After."""

CONDITION_SINCE = 26
"""The first minor that tells a pod why it goes (feature PodDisruptionConditions, beta)."""

MOST_DISRUPTED = 2000
"""Evictions that the disruption controller may not have seen yet, for one budget (``MaxDisruptedPodSize``)."""

_DONE = {"Succeeded", "Failed", "Pending"}


@dataclass(frozen=True)
class Options:
    """The eviction's deleteOptions, as far as they matter here."""

    preconditions: dict[str, str]
    grace_seconds: int | None
    dry_run: bool


def evict(api: "ApiServer", name: str, namespace: str, options: Options) -> Json:
    """The pod deleted, and its budget's allowance less by one.

    Preconditions are looked at after the budget is spent: an eviction of a pod that was replaced costs an allowance
    until the disruption controller has counted again. A namespace that terminates changes nothing: the admission
    plugin NamespaceLifecycle refuses new objects, and lets the subresources of those that are there pass.

    Raises:
        ApiError: 404 without the pod, 409 for a precondition, 429 when the budget allows none, 500 for two budgets.
    """
    pod = api.get("pods", name, namespace)
    if not _needs_budget(pod):
        return _delete(api, pod, options)
    budgets = [
        stored.body
        for stored in api.store.within(BUDGETS, namespace)
        if matches(stored.body.get("spec", {}).get("selector"), labels_of(pod))
    ]
    if len(budgets) > 1:
        why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        raise ApiError(500, "", why)
    for budget in budgets:
        if _ready(pod) or not _may_go_unready(budget):
            _spend(api, budget, name, options)
    return _delete(api, pod, options)


def _delete(api: "ApiServer", pod: Json, options: Options) -> Json:
    """The pod told why it goes (``addConditionAndDeletePod``, since 1.26), and deleted."""
    meta = pod["metadata"]
    preconditions = options.preconditions
    if not options.dry_run and api.minor >= CONDITION_SINCE:
        _check_record(meta, preconditions)
        conditions = _with(
            (pod.get("status") or {}).get("conditions") or [],
            {
                "type": "DisruptionTarget",
                "status": "True",
                "reason": "EvictionByEvictionAPI",
                "message": "Eviction API: evicting",
                "lastTransitionTime": timestamp(api.now()),
            },
        )
        body = {"status": {"conditions": conditions}}
        where = (meta["name"], meta["namespace"])
        api.patch("pods", *where, body, subresource="status", manager="kube-apiserver")
        preconditions = {name: value for name, value in preconditions.items() if name == "uid"}
    return api.delete(
        "pods",
        meta["name"],
        meta["namespace"],
        preconditions=preconditions,
        grace_seconds=options.grace_seconds,
        dry_run=options.dry_run,
    )


def _check_record(meta: Json, preconditions: Mapping[str, str]) -> None:
    """409 in the words of ``getLatestPod``."""
    for field, told, fate in (
        ("uid", "UID", "deleted and then recreated"),
        ("resourceVersion", "ResourceVersion", "modified"),
    ):
        wanted = preconditions.get(field)
        if wanted and wanted != meta[field]:
            why = (
                f"the {told} in the precondition ({wanted}) does not match the {told} in record ({meta[field]}). "
                f"The object might have been {fate}"
            )
            raise errors.conflict("Pod", meta["name"], why)


def _with(conditions: list[Json], new: Json) -> list[Json]:
    """The conditions with one of them in its place, or behind the others."""
    if not any(each["type"] == new["type"] for each in conditions):
        return [*conditions, new]
    return [new if each["type"] == new["type"] else each for each in conditions]


def _needs_budget(pod: Json) -> bool:
    """Finished, pending and already leaving pods disturb nobody (``canIgnorePDB``)."""
    return (pod.get("status") or {}).get("phase") not in _DONE and "deletionTimestamp" not in pod["metadata"]


def _ready(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _may_go_unready(budget: Json) -> bool:
    """Whether a pod that is not ready may go: always by policy, else while the budget is met (KEP-3017)."""
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget.get("status") or {}
    wanted: int = status.get("desiredHealthy", 0)
    return wanted > 0 and bool(status.get("currentHealthy", 0) >= wanted)


def _spend(api: "ApiServer", budget: Json, pod: str, options: Options) -> None:
    meta, status = budget["metadata"], budget.get("status") or {}
    if status.get("observedGeneration", 0) < meta["generation"]:
        why = f"The disruption budget {meta['name']} is still being processed by the server."
        raise _too_many(why, retry_after=UNSEEN_RETRY_SECONDS)
    allowed: int = status.get("disruptionsAllowed", 0)
    if allowed < 0:
        raise errors.forbidden("poddisruptionbudget.policy", meta["name"], "pdb disruptions allowed is negative")
    if len(status.get("disruptedPods") or {}) > MOST_DISRUPTED:
        why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        raise errors.forbidden("poddisruptionbudget.policy", meta["name"], why)
    if allowed == 0:
        needed, healthy = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        why = f"The disruption budget {meta['name']} needs {needed} healthy pods and has {healthy} currently"
        raise _too_many(why)
    if options.dry_run:
        return
    spent: Json = {"disruptionsAllowed": allowed - 1, "disruptedPods": {pod: timestamp(api.now())}}
    if allowed == 1:
        spent["conditions"] = _spent(api, budget)
    where = (meta["name"], meta["namespace"])
    api.patch(BUDGETS, *where, {"status": spent}, subresource="status", manager="kube-apiserver")


def _spent(api: "ApiServer", budget: Json) -> list[Json]:
    """The budget's conditions once nothing is allowed any more (``UpdateDisruptionAllowedCondition``)."""
    condition = {
        "type": "DisruptionAllowed",
        "status": "False",
        "reason": "InsufficientPods",
        "message": "",
        "observedGeneration": budget["status"]["observedGeneration"],
        "lastTransitionTime": timestamp(api.now()),
    }
    return _with(budget["status"].get("conditions") or [], condition)


def _too_many(why: str, *, retry_after: int | None = None) -> ApiError:
    details: Json = {"causes": [Cause("DisruptionBudget", why).as_json()]}
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return ApiError(429, "TooManyRequests", message, details=details, retry_after=retry_after)
