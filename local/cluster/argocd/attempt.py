"""One attempt at a sync: compare, apply wave after wave, prune.

Source: ``controller/sync.go`` (SyncAppState) and ``gitops-engine/pkg/sync/sync_context.go`` (Sync).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.cluster.argocd.application import SpecError, checked_options, destination_namespace, sync_options
from local.cluster.argocd.comparison import MANAGER, Compared, Comparison
from local.cluster.argocd.desk import Desk, FailedSyncError
from local.cluster.argocd.health import health_of
from local.cluster.argocd.targets import Identity, TargetError, wave
from local.cluster.objects import Json
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.argocd.sites import Guarded
    from local.kernel import Steps

WAVE_DELAY = 2.0
"""Seconds between two waves (ARGOCD_SYNC_WAVE_DELAY)."""

APPLY_SECONDS = (0.05, 0.25)
_NOT_FOUND = 404

_KINDS = (
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
)


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
        """Compare, apply wave after wave, prune.

        Raises:
            FailedSyncError: with the phase and the words for the operation's state.
        """
        app = self.desk.app(self.name)
        if app is None:
            return
        options = self._options(app)
        comparison = self._compare(app)
        self.api = comparison.site.api
        self.result |= {"revision": comparison.commit, "resources": []}
        tasks = self._selected(comparison)
        if not self.request["sync"].get("dryRun"):
            self._make_namespace(app, options)
        self._check_kinds(tasks)
        waves = sorted({wave(one.pair.target) for one in tasks if one.pair.target})
        for number in waves:
            batch = [one for one in tasks if one.pair.target and wave(one.pair.target) == number]
            yield from self._apply_wave(batch, options)
            if number != waves[-1] and not self.request["sync"].get("dryRun"):
                yield self.desk.kernel.env.timeout(WAVE_DELAY)
                yield from self._until_healthy(batch)
        self._prune([one for one in tasks if one.pair.target is None])

    def _options(self, app: Json) -> set[str]:
        try:
            return sync_options(app) | checked_options(self.request["sync"].get("syncOptions") or ())
        except SpecError as error:
            raise FailedSyncError("Error", f"InvalidSpecError: {error}") from error

    def _compare(self, app: Json) -> Comparison:
        asked = self.request["sync"].get("revision") or ""
        retried = self.is_retry and (self.request.get("retry") or {}).get("refresh")
        try:
            return self.desk.compared(app, "" if retried else asked)
        except TargetError as error:
            raise FailedSyncError("Error", f"ComparisonError: {error}") from error
        except SpecError as error:
            raise FailedSyncError("Error", f"InvalidSpecError: {error}") from error

    def _selected(self, comparison: Comparison) -> list[Compared]:
        wanted = self.request["sync"].get("resources")
        chosen = [one for one in comparison.resources if wanted is None or _is_listed(one.key, wanted)]
        return sorted(chosen, key=lambda one: (_rank(one.key[1]), one.key))

    def _make_namespace(self, app: Json, options: set[str]) -> None:
        namespace = destination_namespace(app)
        if "CreateNamespace=true" not in options or not namespace:
            return
        try:
            self.api.get("namespaces", namespace)
        except ApiError:
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            self.api.apply(made, manager=MANAGER)
            self._result(
                ("", "Namespace", "", namespace), "v1", "Synced", f"namespace/{namespace} created", "Succeeded"
            )

    def _check_kinds(self, tasks: list[Compared]) -> None:
        """All kinds must be served before anything is applied, except those whose definition comes along."""
        coming = {
            (one.pair.target["spec"]["group"], one.pair.target["spec"]["names"]["kind"])
            for one in tasks
            if one.pair.target and one.key[1] == "CustomResourceDefinition"
        }
        unknown = False
        for one in tasks:
            target = one.pair.target
            if target is None or one.key[:2] in coming or self._is_served(target):
                continue
            unknown = True
            group, kind, namespace, name = one.key
            where = f"{group}/{one.version}" if group else one.version
            message = (
                f"The Kubernetes API could not find {where}/{kind} for requested resource {namespace}/{name}. "
                f'Make sure the "{kind}" CRD is installed on the destination cluster.'
            )
            self._result(one.key, one.version, "SyncFailed", message, "Failed")
        if unknown:
            raise FailedSyncError("Failed", "one or more synchronization tasks are not valid")

    def _is_served(self, target: Json) -> bool:
        try:
            self.api.catalog.of_kind(target["apiVersion"], target["kind"])
        except ApiError:
            return False
        return True

    def _apply_wave(self, batch: list[Compared], options: set[str]) -> Steps:
        refusals = []
        for one in batch:
            yield self.desk.kernel.env.timeout(self._apply_seconds())
            yield from self.desk.until_active()
            if self.is_terminating():
                raise FailedSyncError("Failed", "Operation terminated")
            refusal = self._apply(one, options)
            if refusal:
                refusals.append(refusal)
        if refusals:
            raise FailedSyncError("Failed", f"one or more objects failed to apply, reason: {refusals[0]}")

    def _apply_seconds(self) -> float:
        return self.desk.kernel.stream(f"{self.api.name}/argocd/apply").uniform(*APPLY_SECONDS)

    def _apply(self, one: Compared, options: set[str]) -> str:
        dry = bool(self.request["sync"].get("dryRun"))
        label = f"{one.key[1].lower()}{'.' + one.key[0] if one.key[0] else ''}/{one.key[3]}"
        verb = "created" if one.pair.live is None else "unchanged" if one.in_sync else "configured"
        if "ServerSideApply=true" in options:
            verb = "serverside-applied"
        if dry:  # a client dry run: admission, quota and removed fields are not seen
            self._result(one.key, one.version, "Synced", f"{label} {verb} (dry run)", "Succeeded")
            return ""
        try:
            self.api.apply(one.pair.target or {}, manager=MANAGER, force=True)
        except ApiError as error:
            self._result(one.key, one.version, "SyncFailed", error.message, "Failed")
            return error.message
        self._result(one.key, one.version, "Synced", f"{label} {verb}", "Running")
        return ""

    def _until_healthy(self, batch: list[Compared]) -> Steps:
        while True:
            waiting = []
            for one in batch:
                live = self._live(one)
                health = health_of(live) if live else None
                if health is not None and health.status == "Degraded":
                    self._result(one.key, one.version, "Synced", health.message, "Failed")
                    raise FailedSyncError("Failed", "one or more synchronization tasks completed unsuccessfully")
                if health is not None and health.status != "Healthy":
                    waiting.append(one)
            if not waiting:
                return
            self.say(_waiting_for([one.key for one in waiting]))
            yield self.desk.changed(self.name)
            yield from self.desk.until_active()
            if self.desk.app(self.name) is None or self.is_terminating():
                raise FailedSyncError("Failed", "Operation terminated")

    def _live(self, one: Compared) -> Json | None:
        target = one.pair.target or {}
        kind, _ = self.api.catalog.of_kind(target["apiVersion"], target["kind"])
        try:
            return self.api.get(kind.name, one.key[3], one.key[2] or None)
        except ApiError:
            return None

    def _prune(self, tasks: list[Compared]) -> None:
        asked = bool(self.request["sync"].get("prune"))
        for one in reversed(tasks):
            if not asked or not one.requires_pruning:
                self._result(one.key, one.version, "PruneSkipped", "ignored (requires pruning)", "Succeeded")
                continue
            if self.request["sync"].get("dryRun"):
                self._result(one.key, one.version, "Pruned", "pruned (dry run)", "Succeeded")
                continue
            live = one.pair.live or {}
            kind, _ = self.api.catalog.of_kind(live["apiVersion"], live["kind"])
            try:
                self.api.delete(kind.name, one.key[3], one.key[2] or None, propagation="Foreground")
            except ApiError as error:
                if error.code != _NOT_FOUND:
                    self._result(one.key, one.version, "SyncFailed", error.message, "Failed")
                    raise FailedSyncError("Failed", f"one or more objects failed to apply, reason: {error}") from error
            self._result(one.key, one.version, "Pruned", "pruned", "Succeeded")

    def _result(self, key: Identity, version: str, status: str, message: str, phase: str) -> None:
        group, kind, namespace, name = key
        entry = {
            "group": group,
            "version": version,
            "kind": kind,
            "namespace": namespace,
            "name": name,
            "status": status,
            "message": message,
            "hookPhase": phase,
            "syncPhase": "Sync",
        }
        results: list[Json] = self.result.setdefault("resources", [])
        where = [(one["group"], one["kind"], one["namespace"], one["name"]) for one in results]
        if key in where:
            results[where.index(key)] = entry
        else:
            results.append(entry)


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _is_listed(key: Identity, wanted: list[Json]) -> bool:
    group, kind, namespace, name = key
    return any(
        one.get("group", "") == group
        and one["kind"] == kind
        and one["name"] == name
        and one.get("namespace", namespace) in {"", namespace}
        for one in wanted
    )


def _waiting_for(keys: list[Identity]) -> str:
    group, kind, _, name = keys[0]
    first = f"waiting for healthy state of {group + '/' if group else ''}{kind}/{name}"
    return first if len(keys) == 1 else f"{first} and {len(keys) - 1} more resources"
