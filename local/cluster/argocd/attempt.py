"""One attempt at a sync: compare, apply and run hooks step after step, prune.

Source: ``controller/sync.go`` (SyncAppState) and ``gitops-engine/pkg/sync/sync_context.go`` (Sync).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.cluster.argocd.application import SpecError, checked_options, destination_namespace, sync_options
from local.cluster.argocd.comparison import MANAGER, Compared, Comparison, respectful
from local.cluster.argocd.desk import Desk, FailedSyncError
from local.cluster.argocd.health import health_of
from local.cluster.argocd.hooks import delete_policies
from local.cluster.argocd.revisions import revisions_in, with_revisions
from local.cluster.argocd.targets import TargetError
from local.cluster.argocd.tasks import Task, is_listed, record, tasks_of, waiting_for
from local.cluster.objects import Json, seconds_of, stamp
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.argocd.sites import Guarded
    from local.kernel import Steps

WAVE_DELAY = 2.0
"""Seconds between two waves (ARGOCD_SYNC_WAVE_DELAY)."""

WINDOW_LOOK = 10.0
"""Seconds between two looks at a closed window; here Argo CD looks again at each change of the application."""

APPLY_SECONDS = (0.05, 0.25)
_NOT_FOUND = 404


@dataclass
class Attempt:
    """One attempt; an attempt that is repeated begins from nothing.

    Args:
        desk: the controller.
        name: the Application.
        request: the ``operation``.
        result: ``status.operationState.syncResult``, filled on the way.
        is_retry: whether it is not the first one.
        say: tells people what the attempt waits for.
        is_terminating: whether somebody asked for the end.
    """

    desk: Desk
    name: str
    request: Json
    result: Json
    is_retry: bool
    say: Callable[[str], None]
    is_terminating: Callable[[], bool]
    api: Guarded = field(init=False)

    def run(self) -> Steps:
        """Compare, apply and run hooks phase after phase and wave after wave, prune.

        Raises:
            FailedSyncError: with the phase and the words for the operation's state.
        """
        yield from self._until_allowed()
        app = self.desk.app(self.name)
        if app is None:
            return
        options = self._options(app)
        comparison = self._compare(app)
        self.api = comparison.site.api
        self.result |= with_revisions(app, comparison.commits) | {"resources": []}
        chosen, hooks = self._selected(comparison)
        started = int(seconds_of(stamp(self.desk.kernel.utcnow())))
        tasks = tasks_of(chosen, hooks, comparison.commits[0], started)
        dry = bool(self.request["sync"].get("dryRun"))
        if not dry:
            self._make_namespace(app, options)
        self._check_kinds(tasks)
        steps = sorted({task.step for task in tasks})
        for step in steps:
            batch = [task for task in tasks if task.step == step]
            yield from self._apply_step(batch, options)
            if dry:
                continue
            if step != steps[-1]:
                yield self.desk.kernel.env.timeout(WAVE_DELAY)
            yield from self._until_done([task for task in batch if task.hook or step != steps[-1]])
        self._prune([one for one in chosen if one.pair.target is None])

    def _until_allowed(self) -> Steps:
        """Wait while the controller does not run or a window is closed, even for a termination (argo-cd #25361)."""
        while True:
            yield from self.desk.until_active()
            app = self.desk.app(self.name)
            manual = not (self.request.get("initiatedBy") or {}).get("automated")
            why = self.desk.blocked(app, is_manual=manual) if app is not None else ""
            if not why:
                return
            self.say(why)
            yield self.desk.kernel.env.timeout(WINDOW_LOOK)

    def _options(self, app: Json) -> set[str]:
        try:
            return sync_options(app) | checked_options(self.request["sync"].get("syncOptions") or ())
        except SpecError as error:
            raise FailedSyncError("Error", f"InvalidSpecError: {error}") from error

    def _compare(self, app: Json) -> Comparison:
        asked = revisions_in(self.request["sync"])
        retried = self.is_retry and (self.request.get("retry") or {}).get("refresh")
        try:
            return self.desk.compared(app, () if retried else asked)
        except TargetError as error:
            raise FailedSyncError("Error", f"ComparisonError: {error}") from error
        except SpecError as error:
            raise FailedSyncError("Error", f"InvalidSpecError: {error}") from error

    def _selected(self, comparison: Comparison) -> tuple[list[Compared], tuple[Json, ...]]:
        """The resources to sync, and the hooks; a partial sync, a dry run and the strategy ``apply`` run none."""
        sync = self.request["sync"]
        wanted, strategy = sync.get("resources"), sync.get("syncStrategy") or {}
        without = wanted is not None or sync.get("dryRun") or "apply" in strategy
        chosen = [one for one in comparison.resources if wanted is None or is_listed(one.key, wanted)]
        return [one for one in chosen if not one.is_hook], () if without else comparison.hooks

    def _make_namespace(self, app: Json, options: set[str]) -> None:
        namespace = destination_namespace(app)
        if "CreateNamespace=true" not in options or not namespace:
            return
        try:
            self.api.get("namespaces", namespace)
        except ApiError:
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            self.api.apply(made, manager=MANAGER)
            task = Task(("", "Namespace", "", namespace), "v1", made)
            self._note(task, "Synced", f"namespace/{namespace} created", "Succeeded")

    def _check_kinds(self, tasks: list[Task]) -> None:
        """All kinds must be served before anything is applied, except those whose definition comes along."""
        coming = {
            (task.target["spec"]["group"], task.target["spec"]["names"]["kind"])
            for task in tasks
            if task.key[1] == "CustomResourceDefinition"
        }
        unknown = [task for task in tasks if task.key[:2] not in coming and not self._is_served(task.target)]
        for task in unknown:
            group, kind, namespace, name = task.key
            where = f"{group}/{task.version}" if group else task.version
            message = (
                f"The Kubernetes API could not find {where}/{kind} for requested resource {namespace}/{name}. "
                f'Make sure the "{kind}" CRD is installed on the destination cluster.'
            )
            self._note(task, "SyncFailed", message, "Failed")
        if unknown:
            raise FailedSyncError("Failed", "one or more synchronization tasks are not valid")

    def _is_served(self, target: Json) -> bool:
        try:
            self.api.catalog.of_kind(target["apiVersion"], target["kind"])
        except ApiError:
            return False
        return True

    def _apply_step(self, batch: list[Task], options: set[str]) -> Steps:
        refusals = []
        for task in batch:
            yield self.desk.kernel.env.timeout(self._apply_seconds())
            yield from self._until_allowed()
            self._check_terminating()
            if task.hook:
                yield from self._clear_way(task)
            refusal = self._apply(task, options)
            if refusal:
                refusals.append(refusal)
        if refusals:
            raise FailedSyncError("Failed", f"one or more objects failed to apply, reason: {refusals[0]}")

    def _apply_seconds(self) -> float:
        return self.desk.kernel.stream(f"{self.api.name}/argocd/apply").uniform(*APPLY_SECONDS)

    def _check_terminating(self, hooks: Iterable[Task] = ()) -> None:
        if self.is_terminating():
            for hook in hooks:
                self._delete(hook)
                self._note(hook, "Synced", "Terminated", "Failed")
            raise FailedSyncError("Failed", "Operation terminated")

    def _clear_way(self, hook: Task) -> Steps:
        """The object of an earlier sync goes first, by the hook's policy."""
        if "BeforeHookCreation" in delete_policies(hook.target):
            while self._live(hook) is not None:
                self._delete(hook)
                yield self.desk.kernel.env.timeout(1)

    def _apply(self, task: Task, options: set[str]) -> str:
        before = task.compared
        label = f"{task.key[1].lower()}{'.' + task.key[0] if task.key[0] else ''}/{task.key[3]}"
        verb = (
            "created" if before is None or before.pair.live is None else "unchanged" if before.in_sync else "configured"
        )
        if "ServerSideApply=true" in options:
            verb = "serverside-applied"
        target = task.target
        if "RespectIgnoreDifferences=true" in options and before is not None and before.pair.live is not None:
            target = respectful(self.desk.app(self.name) or {}, target, before.pair.live)
        if self.request["sync"].get("dryRun"):  # a client dry run: admission, quota and removed fields are not seen
            self._note(task, "Synced", f"{label} {verb} (dry run)", "Succeeded")
            return ""
        try:
            self.api.apply(target, manager=MANAGER, force=True)
        except ApiError as error:
            self._note(task, "SyncFailed", error.message, "Failed")
            return error.message
        self._note(task, "Synced", f"{label} {verb}", "Running")
        return ""

    def _until_done(self, batch: list[Task]) -> Steps:
        """Wait until ordinary objects are healthy and hooks are over."""
        waiting = batch
        while waiting:
            waiting = [task for task in waiting if not self._is_done(task)]
            if waiting:
                self.say(waiting_for(waiting))
                yield self.desk.changed(self.name)
                yield from self._until_allowed()
                if self.desk.app(self.name) is None:
                    raise FailedSyncError("Failed", "Operation terminated")
                self._check_terminating(task for task in waiting if task.hook)

    def _is_done(self, task: Task) -> bool:
        live = self._live(task)
        health = health_of(live) if live else None
        if health is not None and health.status == "Degraded":
            self._note(task, "Synced", health.message, "Failed")
            if task.hook and "HookFailed" in delete_policies(task.target):
                self._delete(task)
            raise FailedSyncError("Failed", "one or more synchronization tasks completed unsuccessfully")
        done = health is None or health.status == "Healthy"
        if done and task.hook:
            self._note(task, "Synced", health.message if health else "", "Succeeded")
            if "HookSucceeded" in delete_policies(task.target):
                self._delete(task)
        return done

    def _live(self, task: Task) -> Json | None:
        kind, _ = self.api.catalog.of_kind(task.target["apiVersion"], task.target["kind"])
        try:
            return self.api.get(kind.name, task.key[3], task.key[2] or None)
        except ApiError:
            return None

    def _delete(self, task: Task) -> None:
        kind, _ = self.api.catalog.of_kind(task.target["apiVersion"], task.target["kind"])
        with contextlib.suppress(ApiError):
            self.api.delete(kind.name, task.key[3], task.key[2] or None, propagation="Foreground")

    def _prune(self, extra: list[Compared]) -> None:
        sync = self.request["sync"]
        for one in reversed(extra):
            live = one.pair.live or {}
            task = Task(one.key, one.version, live)
            if not sync.get("prune") or not one.requires_pruning:
                self._note(task, "PruneSkipped", "ignored (requires pruning)", "Succeeded")
                continue
            if sync.get("dryRun"):
                self._note(task, "Pruned", "pruned (dry run)", "Succeeded")
                continue
            kind, _ = self.api.catalog.of_kind(live["apiVersion"], live["kind"])
            try:
                self.api.delete(kind.name, one.key[3], one.key[2] or None, propagation="Foreground")
            except ApiError as error:
                if error.code != _NOT_FOUND:
                    self._note(task, "SyncFailed", error.message, "Failed")
                    raise FailedSyncError("Failed", f"one or more objects failed to apply, reason: {error}") from error
            self._note(task, "Pruned", "pruned", "Succeeded")

    def _note(self, task: Task, status: str, message: str, phase: str) -> None:
        record(self.result, task, status, message, phase)
