"""What may not run twice, and what its owners say about it.

``norikae.dev/singleton`` stands on the object itself, or on its Argo CD Application for everything in it that is a
singleton by its kind. A Deployment or StatefulSet is one only by an annotation of its own.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from norikae.traffic.applications import PREFIX, annotations

Json = dict[str, Any]
Policy = Literal["green-suspended", "both", "manual"]

ANNOTATION = PREFIX + "singleton"
GREEN_SUSPENDED: Policy = "green-suspended"
POLICIES: tuple[Policy, ...] = (GREEN_SUSPENDED, "both", "manual")
SUSPENDED = "suspended"
"""The plan's word for a CronJob that Git itself suspends: it runs in no cluster, so nobody has to say anything."""

CRON_JOBS, JOBS, CLAIMS = "cronjobs.batch", "jobs.batch", "persistentvolumeclaims"
RESOURCES = {"CronJob": CRON_JOBS, "Deployment": "deployments.apps", "StatefulSet": "statefulsets.apps"}
"""The kinds that can be suspended in one cluster and run in the other."""
KINDS = {resource: kind for kind, resource in RESOURCES.items()}

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
REPLACING = frozenset({"Replace=true", "Force=true"})
"""Sync options that put the whole object anew, with fields that Git does not have (Argo CD docs, "Sync Options")."""


def declared(obj: Mapping[str, Any]) -> str:
    """What an object's own annotation says; "" when it has none."""
    return annotations(obj).get(ANNOTATION, "")


def switch_of(resource: str) -> str:
    """The field of ``spec`` that suspends a kind: ``suspend`` of a CronJob, ``replicas`` of a workload."""
    return "suspend" if resource == CRON_JOBS else "replicas"


def size_of(resource: str, obj: Mapping[str, Any]) -> int:
    """How much of it may run: a workload's replicas, 1 for a CronJob, 0 when it is suspended.

    Absent fields mean running (Kubernetes API reference: ``suspend`` defaults to false, ``replicas`` to 1).
    """
    spec = obj.get("spec") or {}
    if resource == CRON_JOBS:
        return 0 if spec.get("suspend") else 1
    return int(spec.get("replicas", 1))


def of_size(resource: str, size: int) -> Json:
    """The part of ``spec`` that gives it a size."""
    return {"suspend": size == 0} if resource == CRON_JOBS else {"replicas": size}


def is_set_by_git(resource: str, live: Mapping[str, Any]) -> bool:
    """Whether the manifest that a live object was applied from sets the field that suspends it."""
    return sets(live, switch_of(resource))


def sets(live: Mapping[str, Any], field: str) -> bool:
    """Whether the manifest that a live object was applied from sets a field of ``spec``.

    A client-side apply keeps the manifest in an annotation, a server-side one in the fields that its manager owns
    (Kubernetes docs, "Declarative Management" and "Server-Side Apply").
    """
    try:
        manifest = msgspec.json.decode(annotations(live).get(LAST_APPLIED, "{}"), type=dict[str, Any])
    except msgspec.DecodeError:
        manifest = {}
    if field in (manifest.get("spec") or {}):
        return True
    return any(
        entry.get("operation") == "Apply" and f"f:{field}" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})
        for entry in live["metadata"].get("managedFields") or []
    )


def is_replaced(obj: Mapping[str, Any], application: Mapping[str, Any]) -> bool:
    """Whether a sync puts the whole object anew, so that nothing that only the cluster has survives it."""
    policy = application.get("spec", {}).get("syncPolicy") or {}
    own = {option.strip() for option in annotations(obj).get(SYNC_OPTIONS, "").split(",")}
    return bool(REPLACING & {*own, *(policy.get("syncOptions") or ())})
