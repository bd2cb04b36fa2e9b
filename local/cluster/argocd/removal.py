"""Taking an application down: what its finalizer deletes, and when it lets go.

Source: ``controller/appcontroller.go`` (finalizeApplicationDeletion).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.cluster.argocd.application import FINALIZER, SpecError
from local.cluster.argocd.targets import identity, wave
from local.cluster.objects import Json, annotation, is_terminating

if TYPE_CHECKING:
    from local.cluster.argocd.sites import Sites

_KEPT = "argocd.argoproj.io/sync-options"


@dataclass(frozen=True)
class Removal:
    """The next step: objects to delete, or the finalizers that are left when all are gone."""

    delete: list[Json] = field(default_factory=list)
    propagation: str = "Foreground"
    finalizers: list[str] | None = None


def take_down(app: Json, sites: Sites) -> list[str] | None:
    """Make the next step of a deletion; the finalizers that are left when nothing is.

    An application for a cluster that Argo CD does not know any more goes alone.

    Raises:
        SiteError: the cluster cannot be looked at; the application stays.
        ApiError: it refuses a deletion.
    """
    site = None
    with contextlib.suppress(SpecError):
        site = sites.of(app)
    step = next_removal(app, site.tracking.live(app["metadata"]["name"]).values() if site else ())
    for obj in step.delete:
        where = site.tracking.resource_of(identity(obj)) if site else None
        if site is not None and where is not None:
            resource, (namespace, name) = where
            site.api.delete(resource, name, namespace or None, propagation=step.propagation)
    return step.finalizers


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
