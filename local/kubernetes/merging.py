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
    """Take fields out, except those that somebody else owns or that hold such a field; maps left empty go too."""
    held = {path[:depth] for path in keep for depth in range(1, len(path) + 1)}
    gone: set[Path] = set()
    for path in sorted(paths, key=lambda path: (len(path), path)):
        if path in held or any(path[:depth] in gone for depth in range(1, len(path))):
            continue
        gone.add(path)
        _Removal(kind, path, held).run(obj, 0, ())


class _Removal:
    """One path taken out of an object."""

    def __init__(self, kind: Resource, path: Path, held: AbstractSet[Path]) -> None:
        self._kind, self._path, self._held = kind, path, held

    def run(self, node: Any, depth: int, names: Names) -> None:
        part, is_last = self._path[depth], depth + 1 == len(self._path)
        if isinstance(node, dict) and part[2:] in node:
            self._from_map(node, part[2:], depth, names, is_last=is_last)
        elif isinstance(node, list) and not (listed := list_type(self._kind, names)).atomic:
            for item in [item for item in node if element(listed, item) == part]:
                if is_last:
                    node.remove(item)
                else:
                    self.run(item, depth + 1, names)

    def _from_map(self, node: Json, name: str, depth: int, names: Names, *, is_last: bool) -> None:
        if is_last:
            del node[name]
            return
        self.run(node[name], depth + 1, (*names, name))
        if node[name] in ({}, []) and self._path[: depth + 1] not in self._held:
            del node[name]
