"""What applications follow when nobody pins them: a branch, a tag, a version; and whether they sync by themselves."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from norikae.argocd.applications import descendants, sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.cluster.ports import Json

REVISION, CLUSTER, AUTOMATED = "revision", "cluster", "automated"
"""The Helm parameters that norikae hands to the root application's chart."""


def tracks(apps: Mapping[str, Json], root: str) -> dict[str, str]:
    """What the root and every application below it follow, by their names, as ``Plan.tracks`` keeps it.

    Args:
        apps: the applications of a cluster, by name.
        root: the one that consists of all others.
    """
    return {name: track_of(apps[name]) for name in (root, *descendants(apps, root)) if name in apps}


def track_of(app: Json) -> str:
    """``targetRevision`` of the source, or of each source with spaces in between, which no revision can contain."""
    return " ".join(str(source.get("targetRevision") or "HEAD") for source in sources_of(app))


def with_track(app: Json, track: str) -> dict[str, Any] | None:
    """The merge patch after which an application follows a track; None when it does already.

    An application whose number of sources changed since is left as Git renders it.

    Args:
        app: the application as it is.
        track: as ``track_of`` gives it.
    """
    wanted, sources = track.split(" "), copy.deepcopy(list(sources_of(app)))
    if track_of(app) == track or len(wanted) != len(sources):
        return None
    for source, revision in zip(sources, wanted, strict=True):
        source["targetRevision"] = revision
    is_several = bool(app["spec"].get("sources"))
    # A list is replaced as a whole by a merge patch, an object is merged (RFC 7386).
    return {"spec": {"sources": sources} if is_several else {"source": {"targetRevision": wanted[0]}}}


def automation(app: Json) -> dict[str, Any] | None:
    """How an application syncs by itself; None when it never does."""
    found: dict[str, Any] | None = (app.get("spec", {}).get("syncPolicy") or {}).get("automated")
    return found


def syncs_by_itself(app: Json) -> bool:
    """Whether Argo CD syncs an application without being asked (``IsAutomatedSyncEnabled``, pkg/apis v1alpha1)."""
    automated = automation(app)
    return automated is not None and automated.get("enabled") is not False
