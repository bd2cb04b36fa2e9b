"""When an application syncs itself.

Source: ``controller/appcontroller.go`` (autoSync, alreadyAttemptedSync, shouldSelfHeal).
"""

from __future__ import annotations

from dataclasses import dataclass

from local.cluster.argocd.comparison import Comparison
from local.cluster.argocd.revisions import Revisions, revisions_in, with_revisions, with_sources
from local.cluster.objects import Json, seconds_of

SELF_HEAL_SECONDS = 5.0
"""After an operation, self-heal waits this long before it syncs the same commit again."""

RETRIES = 5


@dataclass(frozen=True)
class Automatic:
    """The operation to start by itself, or when to look again, or neither."""

    operation: Json | None = None
    look_again_after: float | None = None


def automatic_operation(app: Json, comparison: Comparison, now: float) -> Automatic:
    """What automated sync does about a comparison.

    A commit is attempted once; after that only ``selfHeal`` syncs it again. Resources that only want pruning do not
    count without ``prune``; with it, an application that rendered nothing at all is left alone unless ``allowEmpty``.
    """
    policy = app["spec"].get("syncPolicy") or {}
    automated = policy.get("automated")
    if automated is None or automated.get("enabled") is False or app.get("operation"):
        return Automatic()
    if comparison.sync != "OutOfSync" or _is_running(app):
        return Automatic()
    prune = bool(automated.get("prune"))
    if not prune and not any(not one.in_sync and not one.requires_pruning for one in comparison.resources):
        return Automatic()
    if prune and not automated.get("allowEmpty") and all(one.pair.target is None for one in comparison.resources):
        return Automatic()
    state = app.get("status", {}).get("operationState") or {}
    if _was_attempted(app, state, comparison.commits):
        return _healing(app, state, comparison, now, prune=prune, heals=bool(automated.get("selfHeal")))
    return Automatic(_operation(app, comparison.commits, prune=prune))


def _is_running(app: Json) -> bool:
    return (app.get("status", {}).get("operationState") or {}).get("phase") in {"Running", "Terminating"}


def _was_attempted(app: Json, state: Json, commits: Revisions) -> bool:
    result = state.get("syncResult") or {}
    same_sources = all(result.get(name) == value for name, value in with_sources(app).items())
    return bool(same_sources and revisions_in(result) == commits)


def _healing(app: Json, state: Json, comparison: Comparison, now: float, *, prune: bool, heals: bool) -> Automatic:
    if not heals or state.get("phase") != "Succeeded":
        return Automatic()
    left = seconds_of(state["finishedAt"]) + SELF_HEAL_SECONDS - now
    if left > 0:
        return Automatic(look_again_after=left + 0.5)
    return Automatic(_operation(app, comparison.commits, prune=prune))


def _operation(app: Json, commits: Revisions, *, prune: bool) -> Json:
    policy = app["spec"]["syncPolicy"]
    sync = with_revisions(app, commits)
    if prune:
        sync["prune"] = True
    if policy.get("syncOptions"):
        sync["syncOptions"] = policy["syncOptions"]
    return {"initiatedBy": {"automated": True}, "retry": policy.get("retry") or {"limit": RETRIES}, "sync": sync}
