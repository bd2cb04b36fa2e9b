"""The fields of an object as a set of paths, and their two written forms: FieldsV1 and the text in conflicts.

Source: ``sigs.k8s.io/structured-merge-diff/v6/fieldpath`` (serialize.go, path.go).
"""

import json
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

import msgspec

from local.kubernetes import errors
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource
from local.kubernetes.schema import ListType, is_atomic_map, list_type

Path = tuple[str, ...]
"""Path elements as FieldsV1 writes them: ``f:spec``, ``k:{"name":"web"}``, ``v:"finalizer"``."""

_ITEM = object()
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_UNOWNED = frozenset(
    {"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
     "deletionGracePeriodSeconds", "managedFields", "selfLink"}
)  # fmt: skip


def leaves(kind: Resource, obj: Json) -> dict[Path, Any]:
    """Every field that somebody can own, with its value; an item of a keyed list is a field of its own."""
    found: dict[Path, Any] = {}
    for names, value in _parts(obj).items():
        _walk(kind, value, tuple(f"f:{name}" for name in names), names, found)
    return found


def differing(kind: Resource, old: Json, new: Json) -> tuple[dict[Path, Any], dict[Path, Any]]:
    """The leaves of two objects without the parts in which both are the same, letter by letter."""
    before: dict[Path, Any] = {}
    after: dict[Path, Any] = {}
    parts = _parts(old), _parts(new)
    same = {names for names in parts[0].keys() & parts[1].keys() if _is_same(parts[0][names], parts[1][names])}
    for found, these in ((before, parts[0]), (after, parts[1])):
        for names, value in these.items():
            if names not in same:
                _walk(kind, value, tuple(f"f:{name}" for name in names), names, found)
    return before, after


def _is_same(one: Any, other: Any) -> bool:
    return one is other or _encode(one) == _encode(other)


def _parts(obj: Json) -> dict[tuple[str, ...], Any]:
    """The parts of an object that may have owners, by their names."""
    parts = {(name,): value for name, value in obj.items() if name not in {"apiVersion", "kind", "metadata"}}
    meta = obj.get("metadata") or {}
    return parts | {("metadata", name): value for name, value in meta.items() if name not in _UNOWNED}


def _walk(kind: Resource, value: Any, path: Path, names: tuple[str, ...], found: dict[Path, Any]) -> None:
    if isinstance(value, dict) and value and not is_atomic_map(kind, names):
        for name, member in value.items():
            _walk(kind, member, (*path, f"f:{name}"), (*names, name), found)
    elif isinstance(value, list) and value and not (listed := list_type(kind, names)).atomic:
        for item in value:
            here = (*path, element(listed, item))
            found[here] = item if listed.is_set else _ITEM
            if not listed.is_set:
                for name, member in item.items():
                    _walk(kind, member, (*here, f"f:{name}"), (*names, name), found)
    else:
        found[path] = value


def element(listed: ListType, item: Any) -> str:
    """The path element of a list item."""
    if listed.is_set:
        return "v:" + _compact(item)
    if not isinstance(item, dict):
        raise errors.bad_request(f"an item of a list with keys {', '.join(listed.keys)} is no object: {_compact(item)}")
    defaults = dict(listed.defaults)
    return "k:" + _compact({key: item.get(key, defaults.get(key)) for key in listed.keys})


def _compact(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def to_fields_v1(paths: AbstractSet[Path]) -> Json:
    """The set as ``fieldsV1``: a tree in which ``.`` marks a member that has members below it."""
    tree: Json = _decode(_written(frozenset(paths)))
    return tree


@lru_cache(maxsize=4096)
def _written(paths: frozenset[Path]) -> bytes:
    tree: Json = {}
    for path in sorted(paths):
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node["."] = {}
    return _encode(_plain(tree))


def _plain(node: Json) -> Json:
    if set(node) == {"."}:
        return {}
    return {part: _plain(child) if part != "." else {} for part, child in node.items()}


def from_fields_v1(tree: Json) -> frozenset[Path]:
    """The set that a ``fieldsV1`` tree stands for; many objects have the same."""
    return _read(_encode(tree))


@lru_cache(maxsize=4096)
def _read(written: bytes) -> frozenset[Path]:
    return frozenset(_paths(_decode(written), ()))


def _paths(tree: Json, above: Path) -> set[Path]:
    found: set[Path] = set()
    for part, child in tree.items():
        if part == ".":
            found.add(above)
        elif child:
            found |= _paths(child, (*above, part))
        else:
            found.add((*above, part))
    return found


def spoken(path: Path) -> str:
    """The path as a conflict names it: ``.spec.template.spec.containers[name="web"].image``."""
    return "".join(_spoken(part) for part in path)


def _spoken(part: str) -> str:
    form, text = part[:2], part[2:]
    if form == "f:":
        return f".{text}"
    if form == "v:":
        return f"[={text}]"
    return "[" + ",".join(f"{key}={_compact(value)}" for key, value in json.loads(text).items()) + "]"
