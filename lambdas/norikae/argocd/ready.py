"""When an Argo CD application is ready; "Healthy" alone says nothing, it may be stale or empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.cluster.ports import Json
    from norikae.singletons.ledger import Named

INFO = "norikae"
"""The name under which a sync's id stands in ``operation.info``."""

REFRESH = "argocd.argoproj.io/refresh"
ERRORS = frozenset({"DeletionError", "InvalidSpecError", "ComparisonError", "SyncError", "UnknownError"})
"""Condition types that say "broken" (Argo CD ``ApplicationConditionType``); the others are warnings."""


PAUSABLE = frozenset({"Rollout"})
"""Kinds that pause by themselves, so that an application with one of them may be Suspended for another reason."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an application has to have reached.

    Args:
        now: this instant, in seconds since the epoch.
        settle_seconds: how long it must have stayed so.
        revision: the commit that must have been synced; empty when the application has a revision of its own.
        sync_prefix: how the id of the sync that counts begins; empty when any sync counts.
        is_parent: it consists of applications, which are looked at one by one, so its own health says nothing.
        suspended: what may be suspended, because norikae or Git keeps it so (``norikae.singletons``); nothing else may.
    """

    now: float
    settle_seconds: int = 0
    revision: str = ""
    sync_prefix: str = ""
    is_parent: bool = False
    suspended: frozenset[Named] = frozenset()


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an application is ready, and every reason why not."""

    reasons: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Nothing speaks against it."""
        return not self.reasons

    @property
    def reason(self) -> str:
        """All reasons in one line."""
        return "; ".join(self.reasons)


def readiness(app: Json, expected: Expected) -> Readiness:
    """The strict predicate: synced by our operation to the pinned commit, compared after it, and healthy for a while.

    Sources: ``argocd app wait`` (cmd/argocd/commands/app.go) for "reconciled after the operation ended"; controller
    health.go for "an application without resources is Healthy" and "a Missing resource is not counted".
    """
    return Readiness(
        (
            *_lifecycle(app),
            *_operation(app, expected),
            *_comparison(app, expected),
            *_health(app, expected),
            *_resources(app, expected),
            *_settled(app, expected),
        )
    )


def unhealthy(app: Json, expected: Expected) -> tuple[str, ...]:
    """The part of the predicate that is about health: every reason why an application is not healthy, or cannot tell.

    It holds while nobody syncs, so it asks neither for a commit nor for a comparison; but without resources, or with a
    comparison that fails, "Healthy" says nothing.
    """
    conditions = app.get("status", {}).get("conditions") or []
    broken = [f"{one['type']}: {one.get('message', '')}" for one in conditions if one.get("type") in ERRORS]
    return (*_health(app, expected), *_healths(app, expected), *broken)


def sync_id_of(app: Json) -> str:
    """The id that norikae gave the last operation; empty when somebody else started it."""
    info = app.get("status", {}).get("operationState", {}).get("operation", {}).get("info") or []
    return next((str(entry.get("value", "")) for entry in info if entry.get("name") == INFO), "")


def phase_of(app: Json) -> str:
    """The phase of the last operation: Running, Terminating, Failed, Error, Succeeded, or "" before the first."""
    return str(app.get("status", {}).get("operationState", {}).get("phase", ""))


def instant(text: object) -> float | None:
    """Seconds since the epoch of a Kubernetes time (RFC 3339, whole seconds); None when there is none."""
    return datetime.fromisoformat(str(text)).timestamp() if text else None


def _lifecycle(app: Json) -> Iterator[str]:
    if "deletionTimestamp" in app["metadata"]:
        yield "it is being deleted"
    if REFRESH in (app["metadata"].get("annotations") or {}):
        yield "a refresh was asked for and has not happened yet"
    if app.get("operation") and phase_of(app) not in {"Running", "Terminating"}:  # it stays there until its end
        yield "an operation waits for the controller"


def _operation(app: Json, expected: Expected) -> Iterator[str]:
    state = app.get("status", {}).get("operationState") or {}
    phase, message = phase_of(app), state.get("message", "")
    if not phase:
        yield "it was never synced"
        return
    if phase != "Succeeded":
        retried = " and waits for another try" if _waits_for_retry(state) else ""
        yield f"its sync is {phase}{retried}" + (f": {message}" if message else "")
    if expected.sync_prefix and not sync_id_of(app).startswith(expected.sync_prefix):
        yield "its last sync is not the one of this run"
    synced = _revisions(state.get("syncResult") or {})
    if expected.revision and expected.revision not in synced:
        yield f"revision {', '.join(synced) or 'none'} was synced instead of {expected.revision}"


def _waits_for_retry(state: Json) -> bool:
    """Running with an end: an attempt failed and retries are left (Argo CD processRequestedAppOperation).

    An end before the beginning is left over from the operation before.
    """
    began, ended = instant(state.get("startedAt")), instant(state.get("finishedAt"))
    return state.get("phase") == "Running" and began is not None and ended is not None and ended >= began


def _comparison(app: Json, expected: Expected) -> Iterator[str]:
    spec, status = app.get("spec", {}), app.get("status", {})
    sync = status.get("sync") or {}
    if sync.get("status") != "Synced":
        yield f"it is {sync.get('status', 'not compared')}"
    compared = sync.get("comparedTo") or {}
    for member in ("source", "sources"):
        if spec.get(member) and compared.get(member) != spec[member]:
            yield f"it was compared with another {member} than it has now"
    if expected.revision and expected.revision not in _revisions(sync):
        yield f"it was compared with revision {', '.join(_revisions(sync)) or 'none'} instead of {expected.revision}"
    finished = instant((status.get("operationState") or {}).get("finishedAt"))
    reconciled = instant(status.get("reconciledAt"))
    if finished is not None and (reconciled is None or reconciled < finished):
        yield "it was not compared again after its sync ended"
    for condition in status.get("conditions") or []:
        if condition.get("type") in ERRORS:
            yield f"{condition['type']}: {condition.get('message', '')}"


def _health(app: Json, expected: Expected) -> Iterator[str]:
    health = app.get("status", {}).get("health") or {}
    status = health.get("status", "without health")
    if expected.is_parent or status == "Healthy" or (status == "Suspended" and _suspended_by_us(app, expected)):
        return
    message = health.get("message", "")
    yield f"it is {status}" + (f": {message}" if message else "")


def _suspended_by_us(app: Json, expected: Expected) -> bool:
    """Whether what norikae suspended explains that the application is Suspended.

    Since 3.0 resources have no health of their own here, unless ``controller.resource.health.persist`` is set; then
    the application counts when it has something that norikae suspended and nothing that pauses by itself.
    """
    resources = app.get("status", {}).get("resources") or []
    ours = [resource for resource in resources if _named(resource) in expected.suspended]
    return bool(ours) and not any(resource.get("kind") in PAUSABLE for resource in resources)


def _named(resource: Json) -> Named:
    """An entry of ``status.resources`` by its resource; the kinds that norikae suspends have regular plurals."""
    plural, group = f"{resource.get('kind', '').lower()}s", resource.get("group", "")
    return (f"{plural}.{group}" if group else plural, resource.get("namespace", ""), resource.get("name", ""))


def _resources(app: Json, expected: Expected) -> Iterator[str]:
    for resource in app.get("status", {}).get("resources") or []:
        if not resource.get("hook") and resource.get("status") != "Synced":
            yield f"{_what(resource)} is {resource.get('status', 'not compared')}"
    yield from _healths(app, expected)


def _healths(app: Json, expected: Expected) -> Iterator[str]:
    resources = app.get("status", {}).get("resources") or []
    if not resources:
        yield "it has no resources"
    for resource in resources:
        if resource.get("hook"):
            continue
        # Kinds without health have none here, and since 3.0 no kind has by default; then the application's own counts.
        health = (resource.get("health") or {}).get("status", "Healthy")
        is_ours = health == "Suspended" and _named(resource) in expected.suspended
        if health != "Healthy" and not expected.is_parent and not is_ours:
            yield f"{_what(resource)} is {health}"


def _what(resource: Json) -> str:
    return f"{resource.get('kind', '?')} {resource.get('name', '?')}"


def _settled(app: Json, expected: Expected) -> Iterator[str]:
    """It must have stayed so for a while; the youngest of the two changes counts."""
    status = app.get("status", {})
    finished = instant((status.get("operationState") or {}).get("finishedAt"))
    changed = None if expected.is_parent else instant((status.get("health") or {}).get("lastTransitionTime"))
    since = max((at for at in (finished, changed) if at is not None), default=None)
    if since is not None and expected.now - since < expected.settle_seconds:
        left = round(expected.settle_seconds - (expected.now - since))
        yield f"it has to stay so for {left} s more"


def _revisions(found: dict[str, Any]) -> tuple[str, ...]:
    """Revisions of a comparison or a sync result, whether the application has one source or several."""
    several = found.get("revisions") or [found.get("revision", "")]
    return tuple(str(revision) for revision in several if revision)
