"""What happens to an object between the request and the store: names, namespace, system fields, defaults, rules."""

from typing import TYPE_CHECKING

import msgspec

from local.kubernetes import deletion, errors, jobs, rbac, secrets, structural, validation
from local.kubernetes.errors import Cause
from local.kubernetes.objects import Json, generated_name, new_uid, timestamp
from local.kubernetes.resources import Resource
from local.kubernetes.store import Key
from local.kubernetes.writes import Write

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

_KEEPS_STATUS_ON_CREATE = frozenset({"nodes"})
_NO_GENERATION = frozenset(
    {
        "configmaps",
        "endpoints",
        "events",
        "namespaces",
        "nodes",
        "persistentvolumes",
        "persistentvolumeclaims",
        "secrets",
        "serviceaccounts",
        "services",
        "horizontalpodautoscalers.autoscaling",
        "leases.coordination.k8s.io",
        "roles.rbac.authorization.k8s.io",
        "rolebindings.rbac.authorization.k8s.io",
        "clusterroles.rbac.authorization.k8s.io",
        "clusterrolebindings.rbac.authorization.k8s.io",
        "endpointslices.discovery.k8s.io",
        "storageclasses.storage.k8s.io",
    }
)
_SYSTEM_FIELDS = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation")


def key_of(kind: Resource, obj: Json, namespace: str) -> Key:
    """Where the object belongs; 400 when it and the request name different namespaces, or neither names one."""
    meta = obj.setdefault("metadata", {})
    if not isinstance(meta, dict):
        raise errors.bad_request("metadata must be an object")
    told = meta.get("namespace") or ""
    if not kind.namespaced:
        meta.pop("namespace", None)
        return "", meta.get("name") or ""
    if namespace and told and told != namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if not (namespace or told):
        raise errors.bad_request("an empty namespace may not be set during creation")
    meta["namespace"] = namespace or told
    return meta["namespace"], meta.get("name") or ""


def check_conditional(kind: Resource, new: Json) -> None:
    """422 for a replacement without resourceVersion where the kind takes none (custom resources, budgets)."""
    if (kind.custom or kind.name == "poddisruptionbudgets.policy") and not new["metadata"].get("resourceVersion"):
        cause = errors.Cause(
            "FieldValueInvalid", "Invalid value: 0x0: must be specified for an update", "metadata.resourceVersion"
        )
        raise errors.invalid(kind.full_kind, new["metadata"].get("name") or "", [cause])


def for_create(api: "ApiServer", kind: Resource, new: Json, namespace: str, write: Write) -> None:
    """Complete and check a new object, in place; an applier owns no default, so ``fill_in`` comes later for it."""
    structural.shape(kind, new, defaults=write.operation != "Apply")
    key = key_of(kind, new, namespace)
    meta = new["metadata"]
    if meta.get("resourceVersion"):
        raise errors.bad_request("resourceVersion should not be set on objects to be created")
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = generated_name(meta["generateName"], api.random)
    _check_namespace(api, kind, key[0], meta.get("name", ""))
    for field in (*_SYSTEM_FIELDS, "managedFields", "selfLink"):
        meta.pop(field, None)
    _drop_status(kind, new)
    if kind.name == secrets.NAME:
        secrets.default(new)
    validation.check_meta(kind, new)
    validation.check(kind, new, None)
    rbac.check_escalation(api, kind, new, write.user)
    meta["uid"] = new_uid(api.random)
    if kind.name == "jobs.batch":
        jobs.complete(new)
    meta["creationTimestamp"] = timestamp(api.now())
    if kind.name not in _NO_GENERATION:
        meta["generation"] = 1


def fill_in(kind: Resource, new: Json) -> None:
    """Defaults of a custom resource, in place."""
    structural.shape(kind, new)


def _drop_status(kind: Resource, new: Json) -> None:
    if kind.name == "namespaces":
        new["spec"], new["status"] = {"finalizers": ["kubernetes"]}, {"phase": "Active"}
        labels = new["metadata"].get("labels") or {}
        new["metadata"]["labels"] = {**labels, "kubernetes.io/metadata.name": new["metadata"].get("name", "")}
    elif kind.name == "pods":
        new["status"] = {"phase": "Pending"}
    elif kind.status and kind.name not in _KEEPS_STATUS_ON_CREATE:
        new.pop("status", None)


def _check_namespace(api: "ApiServer", kind: Resource, namespace: str, name: str) -> None:
    """404 without the namespace, 403 while it is being deleted (plugin NamespaceLifecycle)."""
    if not kind.namespaced:
        return
    found = api.store.read("namespaces", ("", namespace))
    if found is None:
        raise errors.not_found("namespaces", namespace)
    if "deletionTimestamp" in found.body["metadata"]:
        cause = Cause("NamespaceTerminating", f"namespace {namespace} is being terminated", "metadata.namespace")
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        raise errors.forbidden(kind.name, name, why, [cause])


def for_update(api: "ApiServer", kind: Resource, old: Json, new: Json, write: Write) -> None:
    """Complete and check a changed object, in place."""
    structural.shape(kind, new)
    meta, before = new.setdefault("metadata", {}), old["metadata"]
    if meta.get("resourceVersion") not in {None, "", before["resourceVersion"]}:
        raise errors.modified(kind.name, before["name"])
    deletion.check_preconditions(kind, old, {"uid": meta.get("uid") or ""})
    if meta.get("name", before["name"]) != before["name"]:
        raise errors.bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL ({before['name']})"
        )
    if write.subresource == "status":
        _keep_all_but_status(kind, old, new)
        meta = new["metadata"]
    elif write.subresource:
        raise errors.outside(f"the subresource {write.subresource} of {kind.name}")
    elif kind.status:
        _carry(old, new, "status")
    if kind.name == "namespaces":
        _carry(old, new, "spec")
    for field in ("name", "namespace", "resourceVersion", *_SYSTEM_FIELDS):
        _carry(before, meta, field)
    _check_finalizers(kind, before, meta)
    if kind.name == secrets.NAME:
        secrets.default(new)
    validation.check_meta(kind, new)
    validation.check(kind, new, old)
    rbac.check_escalation(api, kind, new, write.user, old)
    if "generation" in meta and _content(kind, old) != _content(kind, new):
        meta["generation"] = before["generation"] + 1


def _keep_all_but_status(kind: Resource, old: Json, new: Json) -> None:
    if not kind.status:
        raise errors.unknown_resource()
    status = new.get("status")
    managed = new["metadata"].get("managedFields")
    new.clear()
    new.update({key: value for key, value in old.items() if key != "status"})
    new["metadata"] = {**old["metadata"], "managedFields": managed}
    if status is not None:
        new["status"] = status


def _carry(old: Json, new: Json, field: str) -> None:
    if field in old:
        new[field] = old[field]
    else:
        new.pop(field, None)


def _check_finalizers(kind: Resource, before: Json, meta: Json) -> None:
    added = [each for each in meta.get("finalizers") or [] if each not in (before.get("finalizers") or [])]
    if "deletionTimestamp" in before and added:
        shown = ", ".join(f'"{each}"' for each in added)
        why = (
            "Forbidden: no new finalizers can be added if the object is being deleted, "
            f"found new finalizers []string{{{shown}}}"
        )
        raise errors.invalid(kind.full_kind, before["name"], [Cause("FieldValueForbidden", why, "metadata.finalizers")])


def _content(kind: Resource, obj: Json) -> Json:
    left_out = {"metadata", "status"} if kind.status else {"metadata"}
    return {key: value for key, value in obj.items() if key not in left_out}


def same(old: Json, new: Json) -> bool:
    """Whether a write changes nothing but the times of managedFields; then nothing is stored."""
    before, after = ({**obj, "metadata": _without_times(obj["metadata"])} for obj in (old, new))
    return before == after and _written(before) == _written(after)


def _written(obj: Json) -> bytes:
    """The object as JSON, where 1 and true are two, as they are not to Python."""
    return msgspec.json.encode(obj, order="deterministic")


def _without_times(meta: Json) -> Json:
    entries = [{**entry, "time": ""} for entry in meta.get("managedFields") or []]
    return {**meta, "managedFields": entries}
