"""Sync windows of a project: when its applications may be synced.

Source: ``pkg/apis/application/v1alpha1/types.go`` (SyncWindows: Matches, CanSync, active, InactiveAllows).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from local.cluster.argocd.application import duration
from local.cluster.cron import CronError, parse
from local.cluster.objects import Json

BLOCKED = "Sync operation blocked by sync window"


class WindowError(Exception):
    """A window that cannot be read; nothing is synced."""


def blocked(project: Json | None, app: Json, cluster: tuple[str, str], now: datetime, *, is_manual: bool) -> str:
    """Why no sync of an application may run now, as its operation says it; nothing when it may."""
    try:
        allowed = can_sync(windows_of(project, app, cluster) if project else [], now, is_manual=is_manual)
    except WindowError as error:
        return f"{BLOCKED}: {error}"
    return "" if allowed else BLOCKED


def windows_of(project: Json, app: Json, cluster: tuple[str, str]) -> list[Json]:
    """The windows of a project that concern an application.

    Args:
        project: the AppProject.
        app: the Application.
        cluster: URL and name of the cluster that it is for.
    """
    namespace = (app["spec"].get("destination") or {}).get("namespace", "")
    about = {"applications": (app["metadata"]["name"],), "clusters": cluster, "namespaces": (namespace,)}
    return [window for window in project["spec"].get("syncWindows") or () if _concerns(window, about)]


def can_sync(windows: list[Json], now: datetime, *, is_manual: bool) -> bool:
    """Whether a sync may run now.

    A window to deny wins; windows to allow forbid everything outside them; ``manualSync`` lets people sync in spite.

    Raises:
        WindowError: a schedule, a duration or a time zone cannot be read.
    """
    active = {id(window) for window in windows if _is_active(window, now)}
    denying = [one for one in windows if one["kind"] == "deny" and id(one) in active]
    if denying:
        return is_manual and _all_manual(denying)
    allowing = [one for one in windows if one["kind"] == "allow"]
    if not allowing or any(id(one) in active for one in allowing):
        return True
    return is_manual and _all_manual(allowing)


def _concerns(window: Json, about: dict[str, tuple[str, ...]]) -> bool:
    """Any of the three lists that it has; all of them with ``andOperator``."""
    fits = [
        any(fnmatchcase(value, pattern) for value in values for pattern in window[name])
        for name, values in about.items()
        if window.get(name)
    ]
    join: Callable[[list[bool]], bool] = all if window.get("andOperator") else any
    return bool(fits) and join(fits)


def _is_active(window: Json, now: datetime) -> bool:
    try:
        schedule = parse(window.get("schedule", ""), window.get("timeZone", ""))
        lasts = timedelta(seconds=duration(window.get("duration", "")))
    except (CronError, ValueError) as error:
        raise WindowError(f"cannot parse schedule or duration {window.get('schedule')!r}: {error}") from error
    begins = schedule.after(now - lasts)
    return begins is not None and begins <= now


def _all_manual(windows: list[Json]) -> bool:
    return all(window.get("manualSync") for window in windows)
