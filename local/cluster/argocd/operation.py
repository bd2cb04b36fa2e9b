"""One sync operation, from ``operation`` to ``status.operationState``, wave by wave.

Source: ``controller/appcontroller.go`` (processRequestedAppOperation), ``controller/sync.go`` and
``gitops-engine/pkg/sync/sync_context.go`` (Sync).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import simpy

from local.cluster.argocd.application import SpecError, checked_options, destination_namespace, sync_options
from local.cluster.argocd.comparison import MANAGER, Compared, Comparison
from local.cluster.argocd.health import health_of
from local.cluster.argocd.targets import Identity, TargetError, wave
from local.cluster.objects import Json, seconds_of, stamp
from local.kernel import Steps
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

WAVE_DELAY = 2.0
"""Seconds between two waves (ARGOCD_SYNC_WAVE_DELAY)."""

APPLY_SECONDS = (0.05, 0.25)
_SHORTEST_RETRY, _LONGEST_RETRY = 5.0, 180.0
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


class Desk(Protocol):
    """What an operation needs of the application controller."""

    kernel: Kernel
    api: ApiServer

    def app(self, name: str) -> Json | None:
        """The Application as it is now."""

    def compared(self, app: Json, revision: str) -> Comparison:
        """The application at a revision against the cluster; raises TargetError."""

    def until_active(self) -> Steps:
        """Wait while the controller is not running."""

    def changed(self, name: str) -> simpy.Event:
        """Happens at the next change of the application or of one of its objects."""

    def report(self, name: str, body: Json) -> None:
        """Merge-patch the Application."""


class FailedSyncError(Exception):
    """An attempt ended without success; phase Failed or Error."""

    def __init__(self, phase: str, message: str) -> None:
        super().__init__(message)
        self.phase, self.message = phase, message


@dataclass
class Operation:
    """A running operation and what it has to tell so far.

    Args:
        desk: the controller.
        name: the Application.
        request: the ``operation`` that was asked for.
    """

    desk: Desk
    name: str
    request: Json
    state: Json = field(default_factory=dict)

    def run(self) -> Steps:
        """Attempt, retry as asked, and leave the last word in ``status.operationState``.

        While it waits for a retry the phase is Running and ``finishedAt`` is set: both fields together say whether it
        is over. At the end ``operation`` is cleared, whatever somebody has written there meanwhile.
        """
        self._begin()
        while True:
            yield from self.desk.until_active()
            phase, message = yield from self._attempt()
            if self.desk.app(self.name) is None:
                return
            terminated = self._is_terminating()
            wait = None if terminated or phase == "Succeeded" else self._retry_after()
            self.state["finishedAt"] = self._now()
            if wait is None:
                self._finish(phase, "Operation terminated" if terminated else message)
                return
            count = self.state["retryCount"] = self.state.get("retryCount", 0) + 1
            self._say("Running", f"{message}. Retrying attempt #{count} at {self._clock(wait)}.")
            yield self.desk.kernel.env.timeout(wait)
            self.state.pop("finishedAt")

    def _begin(self) -> None:
        source = (self.desk.app(self.name) or {}).get("spec", {}).get("source", {})
        result = {"revision": self.request["sync"].get("revision", ""), "source": source}
        self.state = {"operation": self.request, "startedAt": self._now(), "syncResult": result}
        self._say("Running", "")

    def _attempt(self) -> Steps:
        try:
            yield from self._sync()
        except FailedSyncError as failed:
            return failed.phase, failed.message
        return "Succeeded", "successfully synced (all tasks run)"

    def _sync(self) -> Steps:
        app = self.desk.app(self.name)
        if app is None:
            return
        options = self._options(app)
        comparison = self._compare(app)
        self.state["syncResult"] |= {"revision": comparison.commit, "resources": []}
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
        retried = self.state.get("retryCount", 0) and (self.request.get("retry") or {}).get("refresh")
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
            self.desk.api.get("namespaces", namespace)
        except ApiError:
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            self.desk.api.apply(made, manager=MANAGER)
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
            self.desk.api.catalog.of_kind(target["apiVersion"], target["kind"])
        except ApiError:
            return False
        return True

    def _apply_wave(self, batch: list[Compared], options: set[str]) -> Steps:
        refusals = []
        for one in batch:
            yield self.desk.kernel.env.timeout(self.desk.kernel.stream("argocd/apply").uniform(*APPLY_SECONDS))
            yield from self.desk.until_active()
            if self._is_terminating():
                raise FailedSyncError("Failed", "Operation terminated")
            refusal = self._apply(one, options)
            if refusal:
                refusals.append(refusal)
        if refusals:
            raise FailedSyncError("Failed", f"one or more objects failed to apply, reason: {refusals[0]}")

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
            self.desk.api.apply(one.pair.target or {}, manager=MANAGER, force=True)
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
            self._say("Running", _waiting_for([one.key for one in waiting]))
            yield self.desk.changed(self.name)
            yield from self.desk.until_active()
            if self.desk.app(self.name) is None or self._is_terminating():
                raise FailedSyncError("Failed", "Operation terminated")

    def _live(self, one: Compared) -> Json | None:
        target = one.pair.target or {}
        kind, _ = self.desk.api.catalog.of_kind(target["apiVersion"], target["kind"])
        try:
            return self.desk.api.get(kind.name, one.key[3], one.key[2] or None)
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
            kind, _ = self.desk.api.catalog.of_kind(live["apiVersion"], live["kind"])
            try:
                self.desk.api.delete(kind.name, one.key[3], one.key[2] or None, propagation="Foreground")
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
        results: list[Json] = self.state["syncResult"].setdefault("resources", [])
        where = [(one["group"], one["kind"], one["namespace"], one["name"]) for one in results]
        if key in where:
            results[where.index(key)] = entry
        else:
            results.append(entry)

    def _is_terminating(self) -> bool:
        app = self.desk.app(self.name) or {}
        return bool((app.get("status", {}).get("operationState") or {}).get("phase") == "Terminating")

    def _retry_after(self) -> float | None:
        retry = self.request.get("retry") or {}
        count = self.state.get("retryCount", 0)
        limit = retry.get("limit", 0)
        if 0 <= limit <= count:
            return None
        backoff = retry.get("backoff") or {}
        first = duration(backoff.get("duration", f"{_SHORTEST_RETRY}s"))
        longest = duration(backoff.get("maxDuration", f"{_LONGEST_RETRY}s"))
        return float(min(first * backoff.get("factor", 2) ** count, longest))

    def _say(self, phase: str, message: str) -> None:
        if phase == "Running" and self._is_terminating():
            return
        self.state |= {"phase": phase, "message": message}
        self.desk.report(self.name, {"status": {"operationState": {"finishedAt": None, **self.state}}})

    def _finish(self, phase: str, message: str) -> None:
        if phase == "Succeeded":
            for one in self.state["syncResult"]["resources"]:
                one["hookPhase"] = "Succeeded" if one["hookPhase"] == "Running" else one["hookPhase"]
        self.state |= {"phase": phase, "message": message}
        body: Json = {"operation": None, "status": {"operationState": self.state}}
        whole = not self.request["sync"].get("dryRun") and self.request["sync"].get("resources") is None
        if phase == "Succeeded" and whole:
            body["status"]["history"] = self._history()
        self.desk.report(self.name, body)

    def _history(self) -> list[Json]:
        app = self.desk.app(self.name) or {}
        before = list(app.get("status", {}).get("history") or ())
        entry = {
            "id": before[-1]["id"] + 1 if before else 0,
            "revision": self.state["syncResult"]["revision"],
            "source": self.state["syncResult"]["source"],
            "deployStartedAt": self.state["startedAt"],
            "deployedAt": self.state["finishedAt"],
            "initiatedBy": self.request.get("initiatedBy") or {},
        }
        return [*before, entry][-10:]

    def _now(self) -> str:
        return stamp(self.desk.kernel.utcnow())

    def _clock(self, wait: float) -> str:
        at = seconds_of(self._now()) + wait
        return f"{int(at % 86400 // 3600)}:{int(at % 3600 // 60):02d}"


def duration(text: Any) -> float:
    """A Go duration ("5s", "3m", "1m30s") in seconds; a number is seconds."""
    if isinstance(text, int | float):
        return float(text)
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    total, number = 0.0, ""
    for letter in text:
        if letter in units:
            total, number = total + float(number) * units[letter], ""
        else:
            number += letter
    return total + (float(number) if number else 0.0)


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


def unfinished(app: Json) -> Iterator[Json]:
    """The operation that an Application carries: a new one, or the running one that a restarted controller takes up."""
    state = app.get("status", {}).get("operationState") or {}
    if state.get("phase") in {"Running", "Terminating"}:
        yield state["operation"]
    elif app.get("operation"):
        yield app["operation"]
