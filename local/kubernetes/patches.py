"""JSON patch (RFC 6902) and JSON merge patch (RFC 7386), as the API server applies them."""

from typing import Any

from local.kubernetes import errors
from local.kubernetes.errors import ApiError
from local.kubernetes.objects import Json, clone


def merge_patch(target: Any, patch: Any) -> Any:
    """A merge patch applied: null removes a member, objects merge, everything else is put in place."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def json_patch(target: Json, operations: Any) -> Any:
    """A JSON patch applied to a copy.

    Raises:
        ApiError: 400 for a patch that cannot be read, 422 for one that does not fit (a failed test, a missing path).
    """
    if not isinstance(operations, list):
        raise errors.bad_request(
            "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch"
        )
    root: dict[str, Any] = {"": clone(target)}
    for operation in operations:
        try:
            _operate(root, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise _unfit() from error
    return root[""]


def _unfit() -> ApiError:
    return ApiError(422, "Invalid", "the server rejected our request due to an error in our request")


def _operate(root: dict[str, Any], operation: Json) -> None:
    path = _parts(operation["path"])
    match operation["op"]:
        case "add":
            _add(root, path, clone(operation["value"]))
        case "replace":
            _take(root, path)
            _add(root, path, clone(operation["value"]))
        case "remove":
            _take(root, path)
        case "move":
            _add(root, path, _take(root, _parts(operation["from"])))
        case "copy":
            _add(root, path, clone(_at(root, _parts(operation["from"]))))
        case "test":
            if _at(root, path) != operation["value"]:
                raise _unfit()
        case _:
            raise _unfit()


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")]


def _index(items: list[Any], part: str, *, end: int) -> int:
    if part == "-":
        return len(items)
    index = int(part)
    if not 0 <= index < end:
        raise IndexError(part)
    return index


def _at(root: Any, path: list[str]) -> Any:
    value = root
    for part in path:
        value = value[_index(value, part, end=len(value))] if isinstance(value, list) else value[part]
    return value


def _add(root: dict[str, Any], path: list[str], value: Any) -> None:
    parent = _at(root, path[:-1])
    if isinstance(parent, list):
        parent.insert(_index(parent, path[-1], end=len(parent) + 1), value)
    else:
        parent[path[-1]] = value


def _take(root: dict[str, Any], path: list[str]) -> Any:
    parent = _at(root, path[:-1])
    if isinstance(parent, list):
        return parent.pop(_index(parent, path[-1], end=len(parent)))
    return parent.pop(path[-1])
