"""What a refresh writes into an Application's status, and when one is due.

Source: ``controller/appcontroller.go`` (needRefreshAppStatus, setAppCondition, persistAppStatus).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from local.cluster.argocd.application import REFRESH
from local.cluster.argocd.comparison import Comparison
from local.cluster.argocd.revisions import revisions_in, with_revisions, with_sources
from local.cluster.objects import Json, seconds_of, stamp

NOTHING, RECENT, LATEST, FORCED = range(4)
"""How much is compared: nothing; with the commit of last time; with the newest commit; the same, errors shown."""


@dataclass(frozen=True)
class Refresh:
    """One refresh of an application.

    Args:
        app: the Application when it began.
        level: how much is compared.
        now: when.
        persist_health: whether each resource's health is written, too (off by default since 3.0).
    """

    app: Json
    level: int
    now: datetime
    persist_health: bool

    @property
    def is_forced(self) -> bool:
        """Whether a person, a changed source or a finished operation asked for it."""
        return self.level >= FORCED


def due_level(app: Json, requested: int, expired_before: float) -> int:
    """How much of an application has to be compared now.

    Args:
        app: the Application.
        requested: what changes in the cluster ask for.
        expired_before: an application that was reconciled before is due anyway; seconds since the epoch.
    """
    status = app.get("status", {})
    compared = status.get("sync", {}).get("comparedTo", {})
    if (app["metadata"].get("annotations") or {}).get(REFRESH) or _has_new_sources(app, compared):
        return FORCED
    at = status.get("reconciledAt")
    if at is None or seconds_of(at) < expired_before or compared.get("destination") != app["spec"].get("destination"):
        return max(requested, LATEST)
    return requested


def _has_new_sources(app: Json, compared: Json) -> bool:
    return any(compared.get(name) != value for name, value in with_sources(app).items())


def refreshed_status(refresh: Refresh, comparison: Comparison, shared: list[str]) -> Json:
    """The body of the patch after a comparison that worked."""
    conditions = [{"type": "SharedResourceWarning", "message": one} for one in shared]
    sync = {"status": comparison.sync, "comparedTo": _compared_to(refresh.app)}
    sync |= with_revisions(refresh.app, comparison.commits)
    resources = [one.status(with_health=refresh.persist_health) for one in comparison.resources]
    source = "inline" if refresh.persist_health else "appTree"
    body = _body(refresh, sync, comparison.health, conditions)
    body["status"] |= {"resources": resources, "resourceHealthSource": None if source == "inline" else source}
    return body


def broken_status(refresh: Refresh, kind: str, message: str) -> Json:
    """The body of the patch after a comparison that could not be made.

    Sync is Unknown; so is health when the spec is wrong, otherwise it stays as it was.
    """
    before = refresh.app.get("status", {})
    health = "Unknown" if kind == "InvalidSpecError" else before.get("health", {}).get("status", "Healthy")
    sync = {"status": "Unknown", "comparedTo": _compared_to(refresh.app)}
    sync |= with_revisions(refresh.app, revisions_in(before.get("sync", {})))
    return _body(refresh, sync, health, [{"type": kind, "message": message}])


def _compared_to(app: Json) -> Json:
    wanted = app["spec"]
    found = with_sources(app) | {"destination": wanted.get("destination")}
    if wanted.get("ignoreDifferences"):
        found["ignoreDifferences"] = wanted["ignoreDifferences"]
    return found


def _body(refresh: Refresh, sync: Json, health: str, conditions: list[Json]) -> Json:
    before, now = refresh.app.get("status", {}), stamp(refresh.now)
    status: Json = {"sync": sync, "health": {"status": health}, "conditions": _since(before, conditions, now) or None}
    if before.get("health", {}).get("status") != health:
        status["health"]["lastTransitionTime"] = now
    if refresh.level >= LATEST:
        status["reconciledAt"] = now
    return {"status": status}


def _since(before: Json, conditions: list[Json], now: str) -> list[Json]:
    known = {
        (one["type"], one["message"]): one.get("lastTransitionTime", now) for one in before.get("conditions") or ()
    }
    return [{**one, "lastTransitionTime": known.get((one["type"], one["message"]), now)} for one in conditions]
