"""Taking norikae's pin off: every Application of a cluster follows a branch again, and still waits to be synced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.argocd.applications import APPLICATIONS, descendants, name_of, read_applications
from norikae.argocd.tracks import REVISION, with_track
from norikae.errors import ConflictError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.argocd.home import Home
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd


def follow_again(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, wanted: Mapping[str, str]) -> Progress:
    """The next move towards applications that follow what they followed before; ready when all of them do.

    The root comes last: while it renders the pinned commit, its children would differ from what Git says, and once it
    follows the branch, they are what it renders. Nobody syncs by itself because of it: ``syncPolicy`` stays untouched.

    Args:
        kubernetes: the API of the applications' home.
        argocd: the environment's Argo CD.
        home: names the root.
        wanted: what each application follows, by its name there, as ``argocd.tracks`` writes it; others are left.
    """
    apps = read_applications(kubernetes, argocd)
    late = [
        name
        for name in descendants(apps, home.root)
        if name in apps
        and name in wanted
        and not _set(kubernetes, apps[name], argocd, with_track(apps[name], wanted[name]))
    ]
    if late:
        return Progress.wait(f"{', '.join(late)} changed while it was given back to its branch", argocd.poll)
    root = apps.get(home.root)
    if root is None or home.root not in wanted:
        return Progress.done()
    if not _set(kubernetes, root, argocd, _root_patch(root, wanted[home.root])):
        return Progress.wait(f"{home.root} changed while it was given back to its branch", argocd.poll)
    return Progress.done()


def _root_patch(root: Json, track: str) -> dict[str, Any] | None:
    """The root's own revision, and the one that it hands on to what it renders."""
    patch = with_track(root, track)
    helm = (root["spec"].get("source") or {}).get("helm") or {}
    parameters: list[Json] = helm.get("parameters") or []
    changed = [{**one, "value": track} if one.get("name") == REVISION else one for one in parameters]
    if changed == parameters:
        return patch
    source = (patch or {}).get("spec", {}).get("source", {})
    return {"spec": {"source": {**source, "helm": {"parameters": changed}}}}


def _set(kubernetes: Kubernetes, app: Json, argocd: ArgoCd, patch: dict[str, Any] | None) -> bool:
    """Apply a patch to the application as it was read; False when it changed in between."""
    if patch is None:
        return True
    body = {**patch, "metadata": {"resourceVersion": app["metadata"]["resourceVersion"]}}
    try:
        kubernetes.patch(APPLICATIONS, name_of(app), argocd.namespace, body)
    except ConflictError:  # the controller writes often; the next look reads again
        return False
    return True
