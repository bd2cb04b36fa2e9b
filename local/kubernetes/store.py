"""The objects of one cluster under one revision counter, with enough history for watches and consistent paging."""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from local.kubernetes.objects import Json, Stored

Key = tuple[str, str]
"""Namespace ("" for cluster-wide objects) and name."""

HISTORY = 10_000
"""Changes that are remembered; a watch or a page from before them gets 410, as after an etcd compaction."""


@dataclass(frozen=True)
class Change:
    """One write: ADDED, MODIFIED or DELETED, with the object before and after (for DELETED: as it last was)."""

    revision: int
    kind: str
    resource: str
    key: Key
    before: Stored | None
    after: Stored


@dataclass
class _Shelf:
    """The objects of one resource, in the order of their keys, as etcd keeps them; pods also by their node."""

    objects: dict[Key, Stored] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)
    on_node: dict[str, dict[Key, None]] = field(default_factory=dict)

    def put(self, key: Key, after: Stored) -> None:
        before = self.objects.get(key)
        self.objects[key] = after
        if before is None:
            insort(self.order, key)
        else:
            self._unlink(key, before)
        self.on_node.setdefault(_node_of(after), {})[key] = None

    def pop(self, key: Key) -> Stored:
        before = self.objects.pop(key)
        del self.order[bisect_left(self.order, key)]
        self._unlink(key, before)
        return before

    def _unlink(self, key: Key, before: Stored) -> None:
        node = _node_of(before)
        self.on_node[node].pop(key)
        if not self.on_node[node]:
            del self.on_node[node]

    def keys(self, namespace: str, after: Key, node: str | None) -> list[Key]:
        """The keys behind another one: of a namespace ("" for all of them), of a node (None for all of them)."""
        if node is None:
            start = bisect_right(self.order, max(after, (namespace, "")))
            end = bisect_left(self.order, (namespace + "\0", "")) if namespace else len(self.order)
            return self.order[start:end]
        found = self.on_node.get(node, ())
        return sorted(key for key in found if key > after and (not namespace or key[0] == namespace))


def _node_of(stored: Stored) -> str:
    spec = stored.body.get("spec")
    name = spec.get("nodeName") if isinstance(spec, dict) else None
    return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class View:
    """Some objects of a resource at a revision: their keys in order, and each of them; no copies."""

    keys: list[Key]
    _now: dict[Key, Stored]
    _undone: dict[Key, Stored | None]

    def read(self, key: Key) -> Stored:
        """The object of a key, as it was."""
        return self._undone.get(key) or self._now[key]


class Store:
    """All objects by resource and key; every write takes the next revision as its resourceVersion.

    Args:
        history: how many changes are remembered.
    """

    def __init__(self, *, history: int = HISTORY) -> None:
        self.revision = 0
        self.forgotten = 0
        self._history = history
        self._shelves: dict[str, _Shelf] = {}
        self._log: deque[Change] = deque()
        self._observers: list[Callable[[Change], None]] = []

    def observe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back on each change, after it is stored; calling the result ends it."""
        self._observers.append(callback)
        return lambda: self._observers.remove(callback)

    def read(self, resource: str, key: Key) -> Stored | None:
        """The object as it is now."""
        shelf = self._shelves.get(resource)
        return shelf.objects.get(key) if shelf else None

    def scan(self, resource: str) -> Iterator[tuple[Key, Stored]]:
        """All objects of a resource in the order of namespace and name, as etcd keeps them."""
        shelf = self._shelf(resource)
        return iter([(key, shelf.objects[key]) for key in shelf.order])

    def within(self, resource: str, namespace: str) -> list[Stored]:
        """The objects of a resource in a namespace, by name; to look at, not to change."""
        shelf = self._shelf(resource)
        return [shelf.objects[key] for key in shelf.keys(namespace, ("", ""), None)]

    def put(self, resource: str, key: Key, obj: Json) -> Change:
        """Write an object; it belongs to the store from now on."""
        before = self.read(resource, key)
        after = self._stamped(obj)
        self._shelf(resource).put(key, after)
        return self._remember("MODIFIED" if before else "ADDED", resource, key, before, after)

    def remove(self, resource: str, key: Key, last: Json) -> Change:
        """Take an object out; ``last`` is what watchers are told."""
        before = self._shelf(resource).pop(key)
        return self._remember("DELETED", resource, key, before, self._stamped(last))

    def drop(self, resource: str) -> None:
        """Take every object of a resource out, as when its CustomResourceDefinition is deleted."""
        for key, stored in list(self.scan(resource)):
            self.remove(resource, key, stored.copy())

    def view(
        self, resource: str, revision: int, *, namespace: str = "", after: Key = ("", ""), node: str | None = None
    ) -> View:
        """The objects behind a key as they were at a revision that is still remembered.

        Args:
            resource: ``plural.group``.
            revision: the present one, or an earlier one.
            namespace: only of this one; "" for all.
            after: the last key that the caller has seen.
            node: only pods of this node, as far as they are there now; what has changed since the revision comes
                whatever its node was.
        """
        shelf = self._shelf(resource)
        keys = shelf.keys(namespace, after, node)
        undone = self._undone(resource, revision) if revision < self.revision else {}
        if undone:
            behind = {key for key in undone if key > after and (not namespace or key[0] == namespace)}
            there = (behind | set(keys)) - {key for key, stored in undone.items() if stored is None}
            keys = sorted(there)
        return View(keys, shelf.objects, undone)

    def _undone(self, resource: str, revision: int) -> dict[Key, Stored | None]:
        """What was there at a revision in place of what has changed since; None where nothing was."""
        then: dict[Key, Stored | None] = {}
        for change in reversed(self._log):
            if change.revision <= revision:
                break
            if change.resource == resource:
                then[change.key] = change.before
        return then

    def since(self, resource: str, revision: int) -> list[Change]:
        """The remembered changes of a resource after a revision."""
        found = []
        for change in reversed(self._log):
            if change.revision <= revision:
                break
            if change.resource == resource:
                found.append(change)
        return found[::-1]

    def forget(self) -> None:
        """Forget all history, as an etcd compaction does."""
        self._log.clear()
        self.forgotten = self.revision

    def _shelf(self, resource: str) -> _Shelf:
        shelf = self._shelves.get(resource)
        if shelf is None:
            shelf = self._shelves[resource] = _Shelf()
        return shelf

    def _stamped(self, obj: Json) -> Stored:
        self.revision += 1
        obj["metadata"]["resourceVersion"] = str(self.revision)
        return Stored(obj)

    def _remember(self, kind: str, resource: str, key: Key, before: Stored | None, after: Stored) -> Change:
        change = Change(self.revision, kind, resource, key, before, after)
        self._log.append(change)
        if len(self._log) > self._history:
            self.forgotten = self._log.popleft().revision
        for observer in list(self._observers):
            observer(change)
        return change
