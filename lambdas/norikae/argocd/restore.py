"""Giving the applications of the cluster that serves now back to Git, wholly: nothing of norikae's pin is left."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.follow import follow_again
from norikae.argocd.ready import phase_of, sync_id_of
from norikae.argocd.root import root_source
from norikae.argocd.sync import BUSY, FAILED, start_sync
from norikae.argocd.tracks import CLUSTER, REVISION, automation
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.argocd.home import Home
    from norikae.argocd.sync import SyncRun
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

Automation = dict[str, Any]


def restore(
    kubernetes: Kubernetes,
    argocd: ArgoCd,
    home: Home,
    wanted: Mapping[str, str],
    automated: Automation | None,
    run: SyncRun,
) -> Progress:
    """The next move towards applications that follow what blue's followed, and sync by themselves where Git says so.

    The root gets its track and loses the parameter ``automated``; then it is synced once, which renders its children as
    Git has them; then each application follows its own track; at last the root syncs by itself if blue's did.

    Args:
        kubernetes: the API of the applications' home.
        argocd: the environment's Argo CD.
        home: names the root.
        wanted: what each application follows, by its name there, as ``argocd.tracks`` writes it.
        automated: ``spec.syncPolicy.automated`` of blue's root; None when it waited for people.
        run: in whose name the root is synced; its revision does not matter.

    Raises:
        RefusedError: there is no root application, nobody knows what it followed, or its sync failed.
    """
    root = kubernetes.get(APPLICATIONS, home.root, home.namespace)
    if root is None or home.root not in wanted:
        missing = "is no such application" if root is None else "is no record of what it followed on blue"
        raise RefusedError(f"application {home.namespace}/{home.root} cannot be given back to Git: there {missing}")
    track = wanted[home.root]
    source = root_source(argocd, track, {CLUSTER: home.of, REVISION: track})
    if not _has(root, source):
        _patch(kubernetes, root, {"spec": {"source": source}})
        return Progress.wait(f"Argo CD to compare {home.root} with {track}", argocd.poll)
    progress = _synced(kubernetes, argocd, root, _sync_of(source, run))
    if not progress.ready:
        return progress
    progress = follow_again(kubernetes, argocd, home, wanted)
    if progress.ready and automated is not None and automation(root) != automated:
        _patch(kubernetes, root, {"spec": {"syncPolicy": {"automated": automated}}})
        return Progress.wait(f"{home.root} to sync by itself again", 1)
    return progress


def _has(root: Json, source: Json) -> bool:
    """Whether the root has what we give it; what others added to its source is theirs."""
    found = root["spec"].get("source") or {}
    same_parameters = (found.get("helm") or {}).get("parameters") == source["helm"]["parameters"]
    return bool(found.get("targetRevision") == source["targetRevision"] and same_parameters)


def _sync_of(source: Json, run: SyncRun) -> SyncRun:
    """The root's one sync with this source, told from all others by its id."""
    digest = hashlib.sha256(msgspec.json.encode(source, order="sorted")).hexdigest()[:8]
    return replace(run, run=f"{run.run}/restore-{digest}", revision="")


def _synced(kubernetes: Kubernetes, argocd: ArgoCd, root: Json, run: SyncRun) -> Progress:
    """Done when our sync succeeded; what Git does not have any more is left to people, as on blue."""
    name, phase, sync_id = root["metadata"]["name"], phase_of(root), sync_id_of(root)
    ours = sync_id.startswith(run.prefix)
    if root.get("operation") or phase in BUSY:
        return Progress.wait(f"the sync of {name} is {phase or 'asked for'}", argocd.poll)
    if ours and phase == "Succeeded":
        return Progress.done()
    if ours and phase in FAILED and sync_id == run.sync_id:
        message = root["status"]["operationState"].get("message", "")
        raise RefusedError(f"the sync of application {name} is {phase}: {message}")
    start_sync(kubernetes, root, argocd, run)
    return Progress.wait(f"{name} to render its applications as Git has them", argocd.poll)


def _patch(kubernetes: Kubernetes, root: Json, body: dict[str, Any]) -> None:
    """Patch the root as it was read; a conflict is retried by the state machine."""
    metadata = root["metadata"]
    precondition = {"metadata": {"resourceVersion": metadata["resourceVersion"]}}
    kubernetes.patch(APPLICATIONS, metadata["name"], metadata["namespace"], {**body, **precondition})
