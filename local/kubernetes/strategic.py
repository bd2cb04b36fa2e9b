"""Strategic merge patch: a merge patch that knows which lists are merged by key.

The keys are those of ``schema``, which are also the ``patchMergeKey`` of Kubernetes' types. A Node's taints have none
(``k8s.io/api/core/v1/types.go``): a patch that names ``spec.taints`` replaces all of them.
Source: ``k8s.io/apimachinery/pkg/util/strategicpatch``; not done: ``$setElementOrder`` (501).
"""

from typing import Any

from local.kubernetes import errors
from local.kubernetes.fields import element
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource
from local.kubernetes.schema import ListType, list_type

Names = tuple[str, ...]

_DELETE_ITEMS = "$deleteFromPrimitiveList/"
_ACCEPTED = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"


def patch(kind: Resource, old: Json, body: Any) -> Json:
    """The object with a strategic merge patch applied.

    Raises:
        ApiError: 415 for a custom resource, which has no merge keys; 501 for a directive that is not done here.
    """
    if kind.custom:
        raise errors.unsupported_media_type(_ACCEPTED)
    if not isinstance(body, dict):
        raise errors.bad_request("error decoding patch: expected an object")
    return _map(kind, old, body, ())


def _map(kind: Resource, old: Json, body: Json, names: Names) -> Json:
    directive = body.get("$patch")
    if directive == "delete":
        return {}
    if directive == "replace":
        return {name: value for name, value in body.items() if name != "$patch"}
    merged = dict(old)
    if "$retainKeys" in body:
        merged = {name: value for name, value in merged.items() if name in body["$retainKeys"]}
    for name, value in body.items():
        if name in {"$patch", "$retainKeys"}:
            continue
        if name.startswith(_DELETE_ITEMS):
            field = name.removeprefix(_DELETE_ITEMS)
            merged[field] = [item for item in merged.get(field) or [] if item not in value]
        elif name.startswith("$"):
            raise errors.outside(f"the strategic merge patch directive {name}")
        elif value is None:
            merged.pop(name, None)
        else:
            merged[name] = _value(kind, merged.get(name), value, (*names, name))
    return merged


def _value(kind: Resource, old: Any, new: Any, names: Names) -> Any:
    if isinstance(new, dict):
        return _map(kind, old if isinstance(old, dict) else {}, new, names)
    if not isinstance(new, list):
        return new
    listed = list_type(kind, names)
    if listed.is_set:
        return [*(old or []), *(item for item in new if item not in (old or []))]
    if listed.atomic:
        return new
    return _items(kind, old or [], new, names, listed)


def _items(kind: Resource, old: list[Any], new: list[Any], names: Names, listed: ListType) -> list[Any]:
    if any(item.get("$patch") == "replace" for item in new):
        return [item for item in new if "$patch" not in item]
    items = {element(listed, item): item for item in old}
    for item in new:
        if any(key not in item and key not in dict(listed.defaults) for key in listed.keys):
            raise errors.bad_request(f"map: {item} does not contain declared merge key: {', '.join(listed.keys)}")
        key = element(listed, item)
        if item.get("$patch") == "delete":
            items.pop(key, None)
        else:
            items[key] = _map(kind, items.get(key, {}), item, names)
    return list(items.values())
