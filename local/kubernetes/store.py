"""The objects of one cluster under one revision counter, with enough history for watches and consistent paging."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


class Store:
    """All objects by resource and key; every write takes the next revision as its resourceVersion.

    Args:
        history: how many changes are remembered.
    """

    def __init__(self, *, history: int = HISTORY) -> None:
        self.revision = 0
        self.forgotten = 0
        self._history = history
        self._objects: dict[str, dict[Key, Stored]] = {}
        self._log: deque[Change] = deque()
        self._observers: list[Callable[[Change], None]] = []

    def observe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back on each change, after it is stored; calling the result ends it."""
        self._observers.append(callback)
        return lambda: self._observers.remove(callback)

    def read(self, resource: str, key: Key) -> Stored | None:
        """The object as it is now."""
        return self._objects.get(resource, {}).get(key)

    def scan(self, resource: str) -> Iterator[tuple[Key, Stored]]:
        """All objects of a resource in the order of namespace and name, as etcd keeps them."""
        yield from sorted(self._objects.get(resource, {}).items(), key=lambda item: item[0])

    def put(self, resource: str, key: Key, obj: Json) -> Change:
        """Write an object; it belongs to the store from now on."""
        before = self.read(resource, key)
        after = self._stamped(obj)
        self._objects.setdefault(resource, {})[key] = after
        return self._remember("MODIFIED" if before else "ADDED", resource, key, before, after)

    def remove(self, resource: str, key: Key, last: Json) -> Change:
        """Take an object out; ``last`` is what watchers are told."""
        before = self._objects[resource].pop(key)
        return self._remember("DELETED", resource, key, before, self._stamped(last))

    def drop(self, resource: str) -> None:
        """Take every object of a resource out, as when its CustomResourceDefinition is deleted."""
        for key, stored in list(self.scan(resource)):
            self.remove(resource, key, stored.copy())

    def scan_at(self, resource: str, revision: int) -> list[tuple[Key, Stored]]:
        """All objects of a resource as they were at a revision that is still remembered."""
        then = dict(self._objects.get(resource, {}))
        for change in reversed(self._log):
            if change.revision <= revision:
                break
            if change.resource != resource:
                continue
            if change.before is None:
                then.pop(change.key, None)
            else:
                then[change.key] = change.before
        return sorted(then.items(), key=lambda item: item[0])

    def since(self, resource: str, revision: int) -> list[Change]:
        """The remembered changes of a resource after a revision."""
        return [change for change in self._log if change.revision > revision and change.resource == resource]

    def forget(self) -> None:
        """Forget all history, as an etcd compaction does."""
        self._log.clear()
        self.forgotten = self.revision

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
