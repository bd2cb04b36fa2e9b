"""What all controllers of a cluster know: the last state of every object, kept current by the API server's changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from local.cluster.objects import Json

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

Key = tuple[str, str]
"""Namespace ("" for cluster-scoped objects) and name."""

Listener = Callable[[str, str, Json, Json | None], None]
"""Called with event (ADDED, MODIFIED, DELETED), resource, the object and the object before."""

_SEEDED = ("namespaces", "nodes", "pods", "serviceaccounts", "configmaps")


def key_of(obj: Json) -> Key:
    """Where an object lives."""
    return (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])


class Informer:
    """A shared cache with indices by namespace, uid and owner, and of pods by node.

    Its objects are read only by convention: the copies that the API server hands out once per change are shared by
    all controllers, which is what makes a quiet cluster of a hundred pods cost next to nothing.
    """

    def __init__(self, api: ApiServer) -> None:
        self._objects: dict[str, dict[str, dict[str, Json]]] = {}
        self._where: dict[str, tuple[str, Key]] = {}
        self._on_node: dict[str, dict[Key, None]] = {}
        self._owned: dict[str, dict[tuple[str, Key], None]] = {}
        self._listeners: list[Listener] = []
        self.is_closed = False
        for resource in _SEEDED:
            for obj in api.list(resource):
                self._remember(resource, obj)
        api.subscribe(self._changed)

    def listen(self, listener: Listener) -> None:
        """Be told of each change, at once and inside the change; schedule, do not act."""
        self._listeners.append(listener)

    def get(self, resource: str, key: Key) -> Json | None:
        """An object."""
        return self._objects.get(resource, {}).get(key[0], {}).get(key[1])

    def every(self, resource: str, namespace: str | None = None) -> Iterator[Json]:
        """All objects of a resource, in the order in which they appeared."""
        spaces = self._objects.get(resource, {})
        for space in [namespace] if namespace is not None else list(spaces):
            yield from list(spaces.get(space, {}).values())

    def on_node(self, node: str) -> list[Json]:
        """The pods that are bound to a node ("" for those that are bound to none)."""
        found = (self.get("pods", key) for key in list(self._on_node.get(node, ())))
        return [pod for pod in found if pod is not None]

    def by_uid(self, uid: str) -> tuple[str, Key] | None:
        """Resource and key of the object with a uid."""
        return self._where.get(uid)

    def owned(self, uid: str, resource: str | None = None) -> list[Json]:
        """The objects that name a uid among their owners."""
        found = []
        for kind, key in list(self._owned.get(uid, ())):
            obj = self.get(kind, key) if resource in {None, kind} else None
            if obj is not None:
                found.append(obj)
        return found

    def owned_keys(self, uid: str) -> list[tuple[str, Key]]:
        """Resource and key of the objects that name a uid among their owners."""
        return list(self._owned.get(uid, ()))

    def contents(self, namespace: str) -> list[tuple[str, Json]]:
        """Everything in a namespace."""
        return [
            (resource, obj)
            for resource in list(self._objects)
            for obj in self._objects[resource].get(namespace, {}).values()
        ]

    def _changed(self, event: str, resource: str, obj: Json) -> None:
        if self.is_closed:
            return
        before = self.get(resource, key_of(obj))
        if event == "DELETED":
            self._forget(resource, obj)
        else:
            self._remember(resource, obj)
        for listener in self._listeners:
            listener(event, resource, obj, before)

    def _remember(self, resource: str, obj: Json) -> None:
        namespace, name = key = key_of(obj)
        before = self.get(resource, key)
        if before is not None:
            self._unlink(resource, before)
        self._objects.setdefault(resource, {}).setdefault(namespace, {})[name] = obj
        self._where[obj["metadata"]["uid"]] = (resource, key)
        if resource == "pods":
            self._on_node.setdefault(obj["spec"].get("nodeName", ""), {})[key] = None
        for owner in obj["metadata"].get("ownerReferences") or ():
            self._owned.setdefault(owner["uid"], {})[(resource, key)] = None

    def _forget(self, resource: str, obj: Json) -> None:
        namespace, name = key_of(obj)
        before = self.get(resource, (namespace, name))
        if before is not None:
            self._unlink(resource, before)
            self._where.pop(before["metadata"]["uid"], None)
            del self._objects[resource][namespace][name]

    def _unlink(self, resource: str, obj: Json) -> None:
        if resource == "pods":
            self._on_node[obj["spec"].get("nodeName", "")].pop(key_of(obj))
        for owner in obj["metadata"].get("ownerReferences") or ():
            links = self._owned.get(owner["uid"], {})
            links.pop((resource, key_of(obj)), None)
            if not links:
                self._owned.pop(owner["uid"], None)
