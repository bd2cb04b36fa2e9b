"""Garbage collection by ownerReferences, in background, foreground and orphan form.

Source: ``pkg/controller/garbagecollector/garbagecollector.go`` (attemptToDeleteItem).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cluster.controller import Controller
from local.cluster.objects import Json, is_terminating
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.informer import Key

_FOREGROUND = "foregroundDeletion"
_ORPHAN = "orphan"
_NOT_FOUND = 404


class GarbageCollector(Controller):
    """Deletes what lost all its owners, and finishes foreground and orphan deletions; its keys are ("", uid)."""

    name = "garbage-collector"
    resource = ""
    delay = 0.3

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at the dependents of what went away, and at objects that wait for their dependents."""
        del resource, before
        meta = obj["metadata"]
        if event == "DELETED":
            for kind, key in self.informer.owned_keys(meta["uid"]):
                self._look_at(kind, key)
            for owner in meta.get("ownerReferences") or ():
                self._wake_waiting(owner["uid"])
        elif event == "ADDED" and meta.get("ownerReferences"):
            self.wake(("", meta["uid"]))
        if event != "DELETED" and is_terminating(obj) and {_FOREGROUND, _ORPHAN} & set(meta.get("finalizers") or ()):
            self.wake(("", meta["uid"]))

    def _look_at(self, resource: str, key: Key) -> None:
        obj = self.informer.get(resource, key)
        if obj is not None:
            self.wake(("", obj["metadata"]["uid"]))

    def _wake_waiting(self, uid: str) -> None:
        where = self.informer.by_uid(uid)
        owner = self.informer.get(*where) if where else None
        if owner is not None and is_terminating(owner):
            self.wake(("", uid))

    def reconcile(self, key: Key) -> None:
        """The next move for the object with a uid."""
        where = self.informer.by_uid(key[1])
        obj = self.informer.get(*where) if where else None
        if where is None or obj is None:
            return
        finalizers = obj["metadata"].get("finalizers") or ()
        if is_terminating(obj) and _ORPHAN in finalizers:
            self._release(where, obj)
        elif is_terminating(obj) and _FOREGROUND in finalizers:
            self._delete_dependents(where, obj)
        elif not is_terminating(obj) and self._is_orphaned(obj):
            self._delete(where, obj, "Background")

    def _is_orphaned(self, obj: Json) -> bool:
        owners = obj["metadata"].get("ownerReferences") or ()
        return bool(owners) and all(self.informer.by_uid(owner["uid"]) is None for owner in owners)

    def _delete_dependents(self, where: tuple[str, Key], obj: Json) -> None:
        waiting = False
        for resource, key in self.informer.owned_keys(obj["metadata"]["uid"]):
            dependent = self.informer.get(resource, key)
            if dependent is None:
                continue
            owners = dependent["metadata"]["ownerReferences"]
            waiting |= any(one["uid"] == obj["metadata"]["uid"] and one.get("blockOwnerDeletion") for one in owners)
            if not is_terminating(dependent):
                self._delete((resource, key), dependent, "Foreground")
        if not waiting:
            self._drop_finalizer(where, obj, _FOREGROUND)

    def _release(self, where: tuple[str, Key], obj: Json) -> None:
        for resource, key in self.informer.owned_keys(obj["metadata"]["uid"]):
            dependent = self.informer.get(resource, key)
            if dependent is not None:
                kept = [one for one in dependent["metadata"]["ownerReferences"] if one["uid"] != obj["metadata"]["uid"]]
                body = {"metadata": {"ownerReferences": kept or None}}
                self.api.patch(resource, key[1], key[0] or None, body, manager=self.name)
        self._drop_finalizer(where, obj, _ORPHAN)

    def _drop_finalizer(self, where: tuple[str, Key], obj: Json, finalizer: str) -> None:
        resource, (namespace, name) = where
        left = [one for one in obj["metadata"]["finalizers"] if one != finalizer]
        body = {"metadata": {"finalizers": left or None, "resourceVersion": obj["metadata"]["resourceVersion"]}}
        self.api.patch(resource, name, namespace or None, body, manager=self.name)

    def _delete(self, where: tuple[str, Key], obj: Json, propagation: str) -> None:
        resource, (namespace, name) = where
        try:
            uid = {"uid": obj["metadata"]["uid"]}
            self.api.delete(resource, name, namespace or None, preconditions=uid, propagation=propagation)
        except ApiError as error:
            if error.code != _NOT_FOUND:
                raise
