"""Syncing applications in norikae's own order; a wave begins when the one before it is ready, never before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import ROOT, children, descendants, read_applications
from norikae.argocd.sync import next_move, start_refresh, start_sync
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.argocd.sync import SyncRun
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd, Environment

NAMED = 5
"""How many applications a waiting text names before it only counts them."""


def sync_platform(kubernetes: Kubernetes, environment: Environment, run: SyncRun, now: float) -> Progress:
    """The root application, then each platform application after the one before it is ready.

    Args:
        kubernetes: the cluster's API.
        environment: names the platform applications in their order.
        run: in whose name, and to which commit.
        now: this instant, in seconds since the epoch.

    Raises:
        RefusedError: a sync of this attempt failed, or the root does not contain a platform application.
    """
    apps = read_applications(kubernetes, environment.argocd)
    for name in (ROOT, *environment.argocd.platform):
        progress = sync_wave(kubernetes, environment.argocd, apps, [name], run, now)
        if not progress.ready:
            return progress
    return Progress.done()


def sync_applications(kubernetes: Kubernetes, environment: Environment, run: SyncRun, now: float) -> Progress:
    """Every other application below the root, all at the same time.

    Raises:
        RefusedError: a sync of this attempt failed.
    """
    apps = read_applications(kubernetes, environment.argocd)
    # A child that its parent still has to create is not there yet; its parent is in the wave and not ready without it.
    names = [name for name in descendants(apps) if name in apps and name not in environment.argocd.platform]
    return sync_wave(kubernetes, environment.argocd, apps, names, run, now)


def sync_wave(
    kubernetes: Kubernetes, argocd: ArgoCd, apps: Mapping[str, Json], names: Sequence[str], run: SyncRun, now: float
) -> Progress:
    """One look at each application of a wave and the one next move for each; ready when all of them are.

    Raises:
        RefusedError: a sync of this attempt failed, or an application does not exist.
    """
    waiting: list[str] = []
    for name in names:
        app = apps.get(name)
        if app is None:
            raise RefusedError(
                f"there is no application {argocd.namespace}/{name}; the root application must render it"
            )
        move = next_move(app, argocd, run, now, is_parent=bool(children(app)))
        if move.kind == "ready":
            continue
        waiting.append(f"{name}: {move.reason}")
        if move.kind == "sync":
            start_sync(kubernetes, app, argocd, run)
        elif move.kind == "refresh":
            start_refresh(kubernetes, app, argocd)
    if not waiting:
        return Progress.done()
    return Progress.wait(_in_words(waiting), argocd.poll)


def _in_words(waiting: Sequence[str]) -> str:
    more = f" | and {len(waiting) - NAMED} more" if len(waiting) > NAMED else ""
    return " | ".join(waiting[:NAMED]) + more
