"""Syncing applications in norikae's own order; a wave begins when the one before it is ready, never before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import children, read_applications
from norikae.argocd.sync import next_move, start_refresh, start_sync, stop_sync
from norikae.argocd.tracks import syncs_by_itself
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from norikae.argocd.home import Home
    from norikae.argocd.sync import Move, SyncRun
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd, Environment

    MaySync = Callable[[tuple[str, ...]], bool]


def sync_platform(
    kubernetes: Kubernetes, environment: Environment, home: Home, run: SyncRun, may_sync: MaySync, now: float
) -> Progress:
    """The root application, then each platform application after the one before it is ready.

    Args:
        kubernetes: the API of the applications' home.
        environment: deadlines.
        home: names the root and the platform applications in their order.
        run: in whose name, and to which commit.
        may_sync: whether exactly these applications were compared with blue and may be synced to that commit.
        now: this instant, in seconds since the epoch.

    Raises:
        RefusedError: a sync of this attempt failed or takes too long, the root does not contain a platform application,
            or an application syncs by itself.
    """
    apps = read_applications(kubernetes, environment.argocd)
    for name in (home.root, *home.platform):
        progress = sync_wave(kubernetes, environment.argocd, apps, [name], run, may_sync, now)
        if not progress.ready:
            return progress
    return Progress.done()


def sync_applications(
    kubernetes: Kubernetes, environment: Environment, home: Home, run: SyncRun, may_sync: MaySync, now: float
) -> Progress:
    """Every other application below the root: its children at the same time, then theirs when these are ready.

    Raises:
        RefusedError: as ``sync_platform``.
    """
    apps = read_applications(kubernetes, environment.argocd)
    for names in generations(apps, home):
        progress = sync_wave(kubernetes, environment.argocd, apps, names, run, may_sync, now)
        if not progress.ready:
            return progress
    return Progress.done()


def generations(apps: Mapping[str, Json], home: Home) -> tuple[tuple[str, ...], ...]:
    """The children of the root, then theirs, and so on; each once, without the platform applications.

    A child that its parent still has to create belongs to none: its parent is in the generation before and cannot be
    ready without it.
    """
    found: list[tuple[str, ...]] = []
    seen, parents = {home.root}, [home.root]
    while parents:
        born = dict.fromkeys(name for parent in parents for name in children(apps.get(parent, {})))
        parents = [name for name in born if name not in seen]
        seen.update(parents)
        found.append(tuple(name for name in parents if name in apps and name not in home.platform))
    return tuple(names for names in found if names)


def sync_wave(
    kubernetes: Kubernetes,
    argocd: ArgoCd,
    apps: Mapping[str, Json],
    names: Sequence[str],
    run: SyncRun,
    may_sync: MaySync,
    now: float,
) -> Progress:
    """One look at each application of a wave and the one next move for each; ready when all of them are.

    Nothing is synced before the wave as a whole was compared with blue.

    Raises:
        RefusedError: a sync of this attempt failed or takes too long, an application does not exist or syncs by itself.
    """
    wave = {name: _existing(apps, name, argocd) for name in names}
    moves = {name: next_move(app, argocd, run, now, is_parent=bool(children(app))) for name, app in wave.items()}
    _refuse_overdue(kubernetes, argocd, wave, moves, run)
    if any(move.kind == "sync" for move in moves.values()) and not may_sync(tuple(names)):
        return Progress.compare(f"{counted(list(names))} to be compared with blue")
    for name, move in moves.items():
        if move.kind == "sync":
            start_sync(kubernetes, wave[name], argocd, run)
        elif move.kind == "refresh":
            start_refresh(kubernetes, wave[name], argocd)
    waiting = [f"{name}: {move.reason}" for name, move in moves.items() if move.kind != "ready"]
    return Progress.wait(counted(waiting), argocd.poll) if waiting else Progress.done()


def _existing(apps: Mapping[str, Json], name: str, argocd: ArgoCd) -> Json:
    app = apps.get(name)
    if app is None:
        raise RefusedError(f"there is no application {argocd.namespace}/{name}; the root application must render it")
    if syncs_by_itself(app):
        raise RefusedError(
            f"application {argocd.namespace}/{name} syncs by itself, so it cannot be held at the pinned commit; let "
            "the root chart set spec.syncPolicy.automated.enabled from its parameter `automated`"
        )
    return app


def _refuse_overdue(
    kubernetes: Kubernetes, argocd: ArgoCd, wave: Mapping[str, Json], moves: Mapping[str, Move], run: SyncRun
) -> None:
    """Have what took too long ended; the run holds when nothing of it runs on."""
    late = [name for name, move in moves.items() if move.kind == "overdue"]
    stopped = [stop_sync(kubernetes, wave[name], argocd, run) for name in late]
    if late and all(stopped):
        reasons = [f"{name}: {moves[name].reason}" for name in late]
        raise RefusedError(
            f"not ready within argocd.application_deadline ({argocd.application_deadline} s): {counted(reasons)}"
        )
