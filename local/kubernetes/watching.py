"""Watches: what is there now or since a revision, then every change, seen through the selectors.

Source: ``k8s.io/apiserver/pkg/storage/cacher`` (an object that starts to match is ADDED, one that stops is DELETED).
"""

import queue
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from local.kubernetes import errors, versions
from local.kubernetes.objects import Json, Stored
from local.kubernetes.resources import Resource
from local.kubernetes.routes import Route
from local.kubernetes.selectors import field_test, label_test
from local.kubernetes.store import Change

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

LONGEST_SECONDS = 300
"""A watch ends by then at the latest, as the real one does after its random 30 to 60 minutes."""


class Watch:
    """One client's watch. It is opened and fed under the server's lock, and read without it.

    Args:
        api: the server.
        kind: what is watched.
        route: namespace, selectors, ``resourceVersion`` and ``timeoutSeconds`` (of real time).
    """

    def __init__(self, api: "ApiServer", kind: Resource, route: Route) -> None:
        self.seconds = min(route.number("timeoutSeconds") or LONGEST_SECONDS, LONGEST_SECONDS)
        self._kind, self._route = kind, route
        self._has_labels = label_test(route.option("labelSelector"))
        self._has_fields = field_test(kind.name, route.option("fieldSelector"))
        self._events: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        self._stop: Callable[[], None] | None = None
        revision = route.number("resourceVersion") or 0
        if revision and revision < api.store.forgotten:
            gone = errors.expired(f"too old resource version: {revision} ({api.store.forgotten})")
            self._events.put({"type": "ERROR", "object": gone.status()})
            self._events.put(None)
            return
        if revision:
            for change in api.store.since(kind.name, revision):
                self._see(change)
        else:
            for _, stored in api.store.scan(kind.name):
                if self._passes(stored):
                    self._events.put(self._event("ADDED", stored))
        self._stop = api.store.observe(self._see)

    def close(self) -> None:
        """End the watch."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        self._events.put(None)

    def events(self) -> Iterator[Json | None]:
        """The events as they come; None when nothing came for a second."""
        while True:
            try:
                event = self._events.get(timeout=1)
            except queue.Empty:
                yield None
                continue
            if event is None:
                return
            yield event

    def _passes(self, stored: Stored | None) -> bool:
        if stored is None:
            return False
        here = not self._route.namespace or stored.body["metadata"].get("namespace") == self._route.namespace
        return here and self._has_labels(stored.body) and self._has_fields(stored.body)

    def _see(self, change: Change) -> None:
        if change.resource != self._kind.name:
            return
        was, is_now = self._passes(change.before), change.kind != "DELETED" and self._passes(change.after)
        if was or is_now:
            kind = "MODIFIED" if was and is_now else "ADDED" if is_now else "DELETED"
            self._events.put(self._event(kind, change.after))

    def _event(self, kind: str, stored: Stored) -> Json:
        return {"type": kind, "object": versions.view(self._kind, stored.copy(), self._route.version)}
