"""The eviction subresource: a pod goes only as its disruption budget allows.

Source: ``pkg/registry/core/pod/storage/eviction.go``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.kubernetes import deletion, errors
from local.kubernetes.errors import ApiError, Cause
from local.kubernetes.objects import Json, labels_of, timestamp
from local.kubernetes.selectors import matches

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

BUDGETS = "poddisruptionbudgets.policy"
UNSEEN_RETRY_SECONDS = 10
"""Retry-After while the budget's controller has not seen its last change; a spent budget gets no Retry-After."""

_DONE = {"Succeeded", "Failed", "Pending"}


@dataclass(frozen=True)
class Options:
    """The eviction's deleteOptions, as far as they matter here."""

    preconditions: dict[str, str]
    grace_seconds: int | None
    dry_run: bool


def evict(api: "ApiServer", name: str, namespace: str, options: Options) -> Json:
    """The pod deleted, and its budget's allowance less by one.

    Raises:
        ApiError: 404 without the pod, 409 for a precondition, 429 when the budget allows none, 500 for two budgets.
    """
    pod = api.get("pods", name, namespace)
    if not _needs_budget(pod):
        return _delete(api, pod, options)
    budgets = [
        budget
        for budget in api.list(BUDGETS, namespace)
        if matches(budget.get("spec", {}).get("selector"), labels_of(pod))
    ]
    if len(budgets) > 1:
        why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        raise ApiError(500, "", why)
    for budget in budgets:
        if _ready(pod) or not _may_go_unready(budget):
            deletion.check_preconditions(api.catalog.named("pods"), pod, options.preconditions)
            _spend(api, budget, name, options)
    return _delete(api, pod, options)


def _delete(api: "ApiServer", pod: Json, options: Options) -> Json:
    meta = pod["metadata"]
    return api.delete(
        "pods",
        meta["name"],
        meta["namespace"],
        preconditions=options.preconditions,
        grace_seconds=options.grace_seconds,
        dry_run=options.dry_run,
    )


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
    if allowed == 0:
        needed, healthy = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        why = f"The disruption budget {meta['name']} needs {needed} healthy pods and has {healthy} currently"
        raise _too_many(why)
    if options.dry_run:
        return
    status = {**status, "disruptionsAllowed": allowed - 1}
    if allowed == 1:
        status["conditions"] = _spent(api, budget)
    status["disruptedPods"] = {**(status.get("disruptedPods") or {}), pod: timestamp(api.now())}
    api.update_status(BUDGETS, {**budget, "status": status}, manager="kube-apiserver")


def _spent(api: "ApiServer", budget: Json) -> list[Json]:
    """The budget's conditions once nothing is allowed any more (``UpdateDisruptionAllowedCondition``)."""
    others = [each for each in budget["status"].get("conditions") or [] if each["type"] != "DisruptionAllowed"]
    condition = {
        "type": "DisruptionAllowed",
        "status": "False",
        "reason": "InsufficientPods",
        "message": "",
        "observedGeneration": budget["status"]["observedGeneration"],
        "lastTransitionTime": timestamp(api.now()),
    }
    return [*others, condition]


def _too_many(why: str, *, retry_after: int | None = None) -> ApiError:
    details: Json = {"causes": [Cause("DisruptionBudget", why).as_json()]}
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return ApiError(429, "TooManyRequests", message, details=details, retry_after=retry_after)
