"""Taking an application down: what its finalizer deletes, and when it lets go.

Source: ``controller/appcontroller.go`` (finalizeApplicationDeletion).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from local.cluster.argocd.application import FINALIZER
from local.cluster.argocd.targets import wave
from local.cluster.objects import Json, annotation, is_terminating

_KEPT = "argocd.argoproj.io/sync-options"


@dataclass(frozen=True)
class Removal:
    """The next step: objects to delete, or the finalizers that are left when all are gone."""

    delete: list[Json] = field(default_factory=list)
    propagation: str = "Foreground"
    finalizers: list[str] | None = None


def next_removal(app: Json, live: Iterable[Json]) -> Removal:
    """The next step of a deletion: the highest sync wave first, and the finalizer goes when nothing is left.

    Without Argo CD's finalizer nothing is deleted: the objects stay, and nobody owns them.
    """
    finalizers = list(app["metadata"].get("finalizers") or ())
    mine = [one for one in finalizers if one == FINALIZER or one.startswith(FINALIZER + "/")]
    if not mine:
        return Removal()
    left = [obj for obj in live if "Delete=false" not in annotation(obj, _KEPT)]
    if not left:
        return Removal(finalizers=[one for one in finalizers if one not in mine])
    last = max(wave(obj) for obj in left)
    propagation = "Background" if mine[0].endswith("/background") else "Foreground"
    return Removal([obj for obj in left if wave(obj) == last and not is_terminating(obj)], propagation)
