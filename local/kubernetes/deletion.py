"""When an object goes, and what holds it back.

Source: ``k8s.io/apiserver/pkg/registry/rest/delete.go`` and ``pkg/registry/core/pod/strategy.go``.
"""

from collections.abc import Mapping
from datetime import datetime

from local.kubernetes import errors
from local.kubernetes.objects import Json, timestamp
from local.kubernetes.resources import Resource

_COLLECTED = {"Background": None, "Foreground": "foregroundDeletion", "Orphan": "orphan"}
_DEFAULT_GRACE_SECONDS = 30


def check_preconditions(kind: Resource, obj: Json, preconditions: Mapping[str, str]) -> None:
    """409 when the object's UID or resourceVersion is another one."""
    meta = obj["metadata"]
    for field, told in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
        wanted = preconditions.get(field)
        if wanted and wanted != meta[field]:
            why = f"Precondition failed: {told} in precondition: {wanted}, {told} in object meta: {meta[field]}"
            raise errors.conflict(kind.name, meta["name"], why)


def marked(kind: Resource, obj: Json, now: float, propagation: str, grace_seconds: int | None) -> Json:
    """The object as a delete call leaves it, in place: its deletionTimestamp, its grace and the collector's finalizer.

    Raises:
        ApiError: 422 for a propagation policy that does not exist.
    """
    if propagation not in _COLLECTED:
        why = 'Unsupported value: "{}": supported values: "Foreground", "Background", "Orphan", "nil"'
        cause = errors.Cause("FieldValueNotSupported", why.format(propagation), "propagationPolicy")
        raise errors.invalid("DeleteOptions.meta.k8s.io", "", [cause])
    meta = obj["metadata"]
    if "deletionTimestamp" not in meta:
        grace = _grace(kind, obj, grace_seconds)
        finalizer = _COLLECTED[propagation]
        if finalizer and finalizer not in meta.get("finalizers", []):
            meta["finalizers"] = [*meta.get("finalizers", []), finalizer]
        meta["deletionTimestamp"] = timestamp(now + grace)
        meta["deletionGracePeriodSeconds"] = grace
        if "generation" in meta:
            meta["generation"] += 1
    elif grace_seconds is not None:
        _shorten(meta, _positive(grace_seconds))
    if kind.name == "namespaces":
        obj["status"] = {**obj.get("status", {}), "phase": "Terminating"}
    return obj


def _shorten(meta: Json, grace: int) -> None:
    """A later deletion may only shorten the grace period, which goes on counting from the first deletion."""
    before = meta.get("deletionGracePeriodSeconds", 0)
    if grace < before:
        asked_at = datetime.fromisoformat(meta["deletionTimestamp"]).timestamp() - before
        meta["deletionTimestamp"] = timestamp(asked_at + grace)
        meta["deletionGracePeriodSeconds"] = grace


def _positive(grace: int) -> int:
    """A negative grace period means one second (``podStrategy.CheckGracefulDelete``)."""
    return grace if grace >= 0 else 1


def _grace(kind: Resource, obj: Json, asked: int | None) -> int:
    if kind.name != "pods":
        return 0
    spec = obj.get("spec") or {}
    if not spec.get("nodeName") or (obj.get("status") or {}).get("phase") in {"Succeeded", "Failed"}:
        return 0
    own: int = spec.get("terminationGracePeriodSeconds", _DEFAULT_GRACE_SECONDS)
    return own if asked is None else _positive(asked)


def may_go(kind: Resource, obj: Json) -> bool:
    """Whether nothing holds an object back that is being deleted."""
    meta = obj["metadata"]
    if "deletionTimestamp" not in meta or meta.get("finalizers") or meta.get("deletionGracePeriodSeconds"):
        return False
    return kind.name != "namespaces" or not (obj.get("spec") or {}).get("finalizers")
