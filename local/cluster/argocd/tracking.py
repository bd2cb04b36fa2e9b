"""Which live objects belong to which application, by the tracking annotation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from local.cluster.argocd.application import APPLICATIONS
from local.cluster.argocd.targets import TRACKING, Identity, identity
from local.cluster.informer import key_of
from local.cluster.objects import Json, annotation

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key


def owner_of(obj: Json) -> str:
    """The application that tracks an object, or nothing; a copied annotation on another object does not count."""
    tracked = annotation(obj, TRACKING)
    application, _, rest = tracked.partition(":")
    group, kind, _, name = identity(obj)
    what, _, where = rest.partition(":")
    return application if what == f"{group}/{kind}" and where.rpartition("/")[2] == name else ""


def _is_childs_status(resource: str, obj: Json, before: Json) -> bool:
    """Whether only the status or operation of a child Application moved.

    Argo CD ignores that since 3.0 (``ignoreResourceUpdates``); it has no health for Applications anyway.
    """
    if resource != APPLICATIONS or obj["spec"] != before["spec"]:
        return False
    return all(obj["metadata"].get(name) == before["metadata"].get(name) for name in ("annotations", "labels"))


class Tracking:
    """The live objects of every application, kept current.

    Args:
        informer: the shared cache.
        on_change: told the application whose object changed.
    """

    def __init__(self, informer: Informer, on_change: Callable[[str], None]) -> None:
        self._informer, self._on_change = informer, on_change
        self._objects: dict[str, dict[tuple[str, Key], None]] = {}
        self._where: dict[Identity, tuple[str, Key]] = {}
        informer.listen(self._changed)

    def live(self, application: str) -> dict[Identity, Json]:
        """The objects that an application tracks, by identity."""
        found = {}
        for resource, key in self._objects.get(application, ()):
            obj = self._informer.get(resource, key)
            if obj is not None:
                found[identity(obj)] = obj
        return found

    def at(self, application: str) -> list[tuple[str, Key]]:
        """Resource and key of the objects that an application tracks."""
        return list(self._objects.get(application, ()))

    def resource_of(self, wanted: Identity) -> tuple[str, Key] | None:
        """Where the tracked object of an identity lives."""
        return self._where.get(wanted)

    def _changed(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        old, new = owner_of(before) if before else "", owner_of(obj)
        place = (resource, key_of(obj))
        if old and (old != new or event == "DELETED"):
            self._objects.get(old, {}).pop(place, None)
            self._where.pop(identity(obj), None)
        if new and event != "DELETED":
            self._objects.setdefault(new, {})[place] = None
            self._where[identity(obj)] = place
        if before is not None and event == "MODIFIED" and _is_childs_status(resource, obj, before):
            return
        for application in dict.fromkeys(name for name in (old, new) if name):
            self._on_change(application)
