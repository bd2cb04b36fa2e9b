"""Asking Argo CD for a sync without its API server: the ``operation`` field of the Application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.argocd.applications import APPLICATIONS, follows_pin, name_of, pinned_positions
from norikae.argocd.ready import INFO, REFRESH, Expected, instant, phase_of, readiness, sync_id_of
from norikae.errors import ConflictError, RefusedError

if TYPE_CHECKING:
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd
    from norikae.singletons.ledger import Named

BUSY = frozenset({"Running", "Terminating"})
FAILED = frozenset({"Failed", "Error"})


@dataclass(frozen=True, slots=True)
class SyncRun:
    """The run in whose name applications are synced.

    Args:
        run: the run; a sync that an earlier attempt of it ended well counts.
        attempt: a sync that failed or does not hold any more since an earlier attempt is tried again in a later one.
        revision: the pinned commit; with "" applications are synced to what they follow.
        since: since when the applications are waited for, in seconds since the epoch; a hold begins it anew.
        turn: how often this attempt was held; a sync that failed before a hold is tried again after it.
        suspended: what norikae keeps suspended on the cluster.
    """

    run: str
    attempt: int
    revision: str
    since: float
    turn: int = 0
    suspended: frozenset[Named] = frozenset()

    @property
    def prefix(self) -> str:
        """How the ids of all attempts begin."""
        return f"{self.run}/"

    @property
    def sync_id(self) -> str:
        """The id of the syncs that this attempt starts now."""
        return f"{self.prefix}{self.attempt}" + (f".{self.turn}" if self.turn else "")


@dataclass(frozen=True, slots=True)
class Move:
    """What has to be done about one application now.

    Args:
        kind: ready (nothing), wait, sync, refresh or overdue.
        reason: why, for a person.
    """

    kind: str
    reason: str = ""


def next_move(app: Json, argocd: ArgoCd, run: SyncRun, now: float, *, is_parent: bool) -> Move:
    """The decision about one application; pure.

    A sync that is running, whoever started it, is waited for: Argo CD swallows a second one without a word.

    Raises:
        RefusedError: this attempt's own sync failed; the text is Argo CD's.
    """
    expected = Expected(
        now=now,
        settle_seconds=argocd.settle,
        revision=run.revision if follows_pin(app, argocd) else "",
        sync_prefix=run.prefix,
        is_parent=is_parent,
        suspended=run.suspended,
    )
    judged = readiness(app, expected)
    if judged.ready:
        return Move("ready")
    ours = sync_id_of(app).startswith(run.prefix)
    is_busy = bool(app.get("operation")) or phase_of(app) in BUSY
    if not is_busy:
        if ours and phase_of(app) in FAILED:
            if sync_id_of(app) == run.sync_id:
                message = app["status"]["operationState"].get("message", "")
                raise RefusedError(f"the sync of application {name_of(app)} is {phase_of(app)}: {message}")
            return Move("sync", f"attempt {run.attempt} tries again: {judged.reason}")
        if not ours or _synced_something_else(app, expected.revision) or _was_undone(app, run):
            return Move("sync", judged.reason)
    if now - _waiting_since(app, run) > argocd.application_deadline:
        return Move("overdue", judged.reason)
    return Move("refresh" if not is_busy and _is_stale(app, argocd, now) else "wait", judged.reason)


def _waiting_since(app: Json, run: SyncRun) -> float:
    """Since when this application is waited for: its sync by us, or the last hold if that was later."""
    if not sync_id_of(app).startswith(run.prefix):
        return run.since
    return max(run.since, instant(app["status"]["operationState"].get("startedAt")) or run.since)


def start_sync(kubernetes: Kubernetes, app: Json, argocd: ArgoCd, run: SyncRun) -> bool:
    """Put our operation on the application as it was read; False when it changed in between.

    The API server of Argo CD copies ``syncPolicy.syncOptions`` into the operation; a raw operation has to do it itself
    (Argo CD docs, "Sync Applications with Kubectl"). ``retry.refresh`` stays out: it would drop the pinned revision.
    """
    policy = app.get("spec", {}).get("syncPolicy") or {}
    sync: dict[str, Any] = {"prune": False, "syncStrategy": {"hook": {}}}
    positions = pinned_positions(app, argocd) if run.revision else ()
    if positions and app["spec"].get("sources"):  # "" leaves a source at its own revision (controller GetRepoObjs)
        everywhere = range(1, len(app["spec"]["sources"]) + 1)
        sync["revisions"] = [run.revision if position in positions else "" for position in everywhere]
    elif positions:
        sync["revision"] = run.revision
    if policy.get("syncOptions"):
        sync["syncOptions"] = policy["syncOptions"]
    operation: dict[str, Any] = {
        "initiatedBy": {"username": "norikae"},
        "info": [{"name": INFO, "value": run.sync_id}],
        "sync": sync,
    }
    retry = {key: value for key, value in (policy.get("retry") or {}).items() if key in {"limit", "backoff"}}
    if retry:
        operation["retry"] = retry
    return _patched(kubernetes, app, argocd, {"operation": operation})


def stop_sync(kubernetes: Kubernetes, app: Json, argocd: ArgoCd, run: SyncRun) -> bool:
    """Have our running operation ended; True when nothing of ours runs any more or its end was asked for.

    Argo CD's own TerminateOperation writes this phase (server/application/application.go); the controller ends the
    operation as Failed a moment later. An operation of somebody else is left to them.
    """
    if phase_of(app) != "Running" or not sync_id_of(app).startswith(run.prefix):
        return True
    return _patched(kubernetes, app, argocd, {"status": {"operationState": {"phase": "Terminating"}}})


def start_refresh(kubernetes: Kubernetes, app: Json, argocd: ArgoCd) -> bool:
    """Ask for a new comparison; False when the application changed in between."""
    return _patched(kubernetes, app, argocd, {"metadata": {"annotations": {REFRESH: "normal"}}})


def _patched(kubernetes: Kubernetes, app: Json, argocd: ArgoCd, body: dict[str, Any]) -> bool:
    version = app["metadata"]["resourceVersion"]
    with_precondition = {**body, "metadata": {**body.get("metadata", {}), "resourceVersion": version}}
    try:
        kubernetes.patch(APPLICATIONS, name_of(app), argocd.namespace, with_precondition)
    except ConflictError:  # the controller writes often; the next look decides again
        return False
    return True


def _synced_something_else(app: Json, revision: str) -> bool:
    """Whether our own sync ended at another commit, as after the plan of the run was made anew."""
    result = app["status"]["operationState"].get("syncResult") or {}
    return (
        bool(revision)
        and phase_of(app) == "Succeeded"
        and revision
        not in {
            result.get("revision"),
            *(result.get("revisions") or ()),
        }
    )


def _was_undone(app: Json, run: SyncRun) -> bool:
    """Whether a fresh comparison says that what an earlier attempt synced is not so any more.

    It is so after a hand-over: the root is pinned again, and its children still follow their branches.
    """
    if phase_of(app) != "Succeeded" or sync_id_of(app) == run.sync_id:
        return False
    status = app["status"]
    sync, compared = status.get("sync") or {}, (status.get("sync") or {}).get("comparedTo") or {}
    finished, reconciled = instant(status["operationState"].get("finishedAt")), instant(status.get("reconciledAt"))
    is_fresh = finished is not None and reconciled is not None and reconciled >= finished
    is_about_now = all(compared.get(member) == app["spec"].get(member) for member in ("source", "sources"))
    return sync.get("status") == "OutOfSync" and is_fresh and is_about_now


def _is_stale(app: Json, argocd: ArgoCd, now: float) -> bool:
    """Whether the comparison is older than the sync, for longer than the controller usually needs."""
    status = app.get("status", {})
    finished = instant(status["operationState"].get("finishedAt"))
    reconciled = instant(status.get("reconciledAt"))
    is_asked = REFRESH in (app["metadata"].get("annotations") or {})
    return (
        not is_asked
        and finished is not None
        and (reconciled is None or reconciled < finished)
        and now - finished > argocd.poll
    )
