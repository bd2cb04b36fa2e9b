"""Two objects merged by the identity of their list items, and fields taken out again: the tree side of apply."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from local.kubernetes.fields import Path, element
from local.kubernetes.objects import Json, clone
from local.kubernetes.resources import Resource
from local.kubernetes.schema import is_atomic_map, list_type

Names = tuple[str, ...]


def relevant(kind: Resource, wanted: Json, subresource: str) -> Json:
    """The part of a configuration that the endpoint takes: without status on the main one, only status on the other."""
    if not kind.status:
        return wanted
    if subresource == "status":
        meta = {
            key: wanted["metadata"][key]
            for key in ("name", "namespace", "resourceVersion", "uid")
            if key in wanted["metadata"]
        }
        return {"metadata": meta, "status": wanted.get("status", {})}
    return {key: value for key, value in wanted.items() if key != "status"}


def merge(kind: Resource, live: Json, wanted: Json) -> Json:
    """The live object (it is changed in place) with every field of the wanted one."""
    meta = wanted.get("metadata") or {}
    for name, value in wanted.items():
        if name != "metadata":
            live[name] = _merge(kind, live.get(name), value, (name,))
    for name, value in meta.items():
        if name not in {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"}:
            live["metadata"][name] = _merge(kind, live["metadata"].get(name), value, ("metadata", name))
    return live


def _merge(kind: Resource, live: Any, wanted: Any, names: Names) -> Any:
    if isinstance(wanted, dict) and isinstance(live, dict) and not is_atomic_map(kind, names):
        for name, value in wanted.items():
            live[name] = _merge(kind, live.get(name), value, (*names, name))
        return live
    if isinstance(wanted, list) and isinstance(live, list) and not (listed := list_type(kind, names)).atomic:
        if listed.is_set:
            return live + [item for item in wanted if item not in live]
        items = {element(listed, item): item for item in live}
        for item in wanted:
            key = element(listed, item)
            items[key] = _merge(kind, items[key], item, names) if key in items else clone(item)
        return list(items.values())
    return clone(wanted)


def remove(kind: Resource, obj: Json, paths: Iterable[Path], *, keep: AbstractSet[Path]) -> None:
    """Take fields out, except those that somebody else owns or that hold such a field."""
    held = {path[:depth] for path in keep for depth in range(1, len(path) + 1)}
    gone: set[Path] = set()
    for path in sorted(paths, key=lambda path: (len(path), path)):
        if path in held or any(path[:depth] in gone for depth in range(1, len(path))):
            continue
        gone.add(path)
        _remove(kind, obj, path, ())


def _remove(kind: Resource, node: Any, path: Path, names: Names) -> None:
    part, rest = path[0], path[1:]
    if part.startswith("f:"):
        name = part[2:]
        if not isinstance(node, dict) or name not in node:
            return
        if not rest:
            del node[name]
            return
        _remove(kind, node[name], rest, (*names, name))
        if node[name] in ({}, []):
            del node[name]
        return
    if not isinstance(node, list):
        return
    listed = list_type(kind, names)
    for item in node:
        if element(listed, item) == part:
            if rest:
                _remove(kind, item, rest, names)
            else:
                node.remove(item)
            return
