"""Argo CD's application controller: refreshes applications, starts their operations, and takes them down.

It runs only while its own workloads do: the StatefulSet ``argocd-application-controller`` and the Deployment
``argocd-repo-server`` in namespace ``argocd`` must be ready, and the Application CRD must be there.

Source: ``controller/appcontroller.go`` of Argo CD 3.4 (needRefreshAppStatus, processAppRefreshQueueItem, autoSync).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import simpy

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE, PROJECTS, REFRESH, SpecError, check, duration
from local.cluster.argocd.automation import automatic_operation
from local.cluster.argocd.comparison import Comparer, Comparison
from local.cluster.argocd.operation import Operation, unfinished
from local.cluster.argocd.removal import take_down
from local.cluster.argocd.revisions import Revisions, revisions_in
from local.cluster.argocd.server import ArgoCdServer
from local.cluster.argocd.sites import Reach, SiteError, Sites, nowhere
from local.cluster.argocd.status import (
    LATEST,
    NOTHING,
    RECENT,
    Refresh,
    broken_status,
    due_level,
    refreshed_status,
)
from local.cluster.argocd.targets import RepoServer, TargetError
from local.cluster.argocd.windows import blocked
from local.cluster.controller import Controller
from local.cluster.objects import Json, is_terminating, replacing, seconds_of
from local.kernel import Steps
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.git import GitRepositories
    from local.cluster.informer import Informer, Key
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

RESYNC_SECONDS = 180.0
"""How often an application is compared without a reason, unless argocd-cm sets ``timeout.reconciliation``."""

REPO_ERROR_GRACE_SECONDS = 180.0
"""How long errors of git are kept from the status (ARGOCD_REPO_ERROR_GRACE_PERIOD_SECONDS)."""

_WORKLOADS = {"statefulsets.apps": "argocd-application-controller", "deployments.apps": "argocd-repo-server"}
_DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
_OPERATION_DELAY = (0.1, 0.6)
_REFRESH_DELAY = 0.4
_REMOVAL_RETRY = 10.0


class ArgoCd(Controller):
    """The controller and the repo server behind it.

    Args:
        kernel: virtual time.
        api: the cluster.
        informer: the shared cache.
        git: what the repo server can clone.
        reach: the clusters that it may have Secrets for.
    """

    name = "argocd-application-controller"
    resource = APPLICATIONS
    delay = _REFRESH_DELAY

    def __init__(
        self, kernel: Kernel, api: ApiServer, informer: Informer, git: GitRepositories, reach: Reach = nowhere
    ) -> None:
        self._repo_server = RepoServer(git, informer)
        self._comparer = Comparer()
        self._levels: dict[str, int] = {}
        self._repo_errors: dict[str, float] = {}
        self._operations: dict[str, simpy.Process] = {}
        self._starting: set[str] = set()
        self._changes: dict[str, simpy.Event] = {}
        self._activation = kernel.env.event()
        super().__init__(kernel, api, informer)
        self.sites = Sites(api, informer, reach, self._object_changed)
        self.server = ArgoCdServer(kernel, api, informer, self._repo_server, self.sites)

    @property
    def is_active(self) -> bool:
        """Whether the controller runs: its CRD is there and its workloads are ready."""
        if self.informer.is_closed or self.informer.get(_DEFINITIONS, ("", APPLICATIONS)) is None:
            return False
        for resource, name in _WORKLOADS.items():
            workload = self.informer.get(resource, (NAMESPACE, name))
            if workload is None or not (workload.get("status") or {}).get("readyReplicas", 0):
                return False
        return True

    # What operations need of their controller (operation.Desk).

    def app(self, name: str) -> Json | None:
        """The Application as it is now."""
        return self.informer.get(APPLICATIONS, (NAMESPACE, name))

    def compared(self, app: Json, revisions: Revisions) -> Comparison:
        """The application at a revision against the cluster.

        Raises:
            SpecError: the Application or its project is wrong.
            TargetError: the manifests cannot be made, or the cluster cannot be looked at.
        """
        self._check(app)
        site = self.sites.of(app)
        targets = self._repo_server.targets(app, site.api.catalog, site.api.name, revisions)
        return self._comparer.compare(app, targets, site)

    def blocked(self, app: Json, *, is_manual: bool) -> str:
        """Why no sync may run now, or nothing; a window that opens or closes is noticed at the next look."""
        try:
            return blocked(self._project(app), app, self.sites.names_of(app), self.kernel.utcnow(), is_manual=is_manual)
        except SpecError:
            return ""

    def until_active(self) -> Steps:
        """Wait while the controller is not running."""
        while not self.is_active:
            yield self._activation

    def changed(self, name: str) -> simpy.Event:
        """Happens at the next change of the application or of one of its objects."""
        if name not in self._changes:
            self._changes[name] = self.kernel.env.event()
        return self._changes[name]

    def report(self, name: str, body: Json) -> None:
        """Merge-patch the Application, unless it is gone."""
        if self.app(name) is not None:
            self.api.patch(APPLICATIONS, name, NAMESPACE, body, manager="argocd-application-controller")

    # The queues.

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at Applications, at projects, and at Argo CD's own workloads."""
        meta = obj["metadata"]
        if resource == APPLICATIONS and meta["namespace"] == NAMESPACE:
            self._tell_operation(meta["name"])
            if event == "ADDED" or before is None or _asks(obj) != _asks(before):
                self.wake((NAMESPACE, meta["name"]))
        elif resource == PROJECTS:
            for app in self.informer.every(APPLICATIONS, NAMESPACE):
                self._request(app["metadata"]["name"], RECENT)
        elif meta["name"] == _WORKLOADS.get(resource) and meta.get("namespace") == NAMESPACE and self.is_active:
            self._activate()

    def _activate(self) -> None:
        woken, self._activation = self._activation, self.kernel.env.event()
        if not woken.triggered:
            woken.succeed()
        for app in self.informer.every(APPLICATIONS, NAMESPACE):
            self.wake((NAMESPACE, app["metadata"]["name"]))

    def _object_changed(self, application: str) -> None:
        self._tell_operation(application)
        self._request(application, RECENT)

    def _tell_operation(self, application: str) -> None:
        waiting = self._changes.pop(application, None)
        if waiting is not None:
            waiting.succeed()

    def _request(self, application: str, level: int) -> None:
        self._levels[application] = max(level, self._levels.get(application, NOTHING))
        self.wake((NAMESPACE, application))

    def reconcile(self, key: Key) -> None:
        """Refresh an application if there is a reason, and start the operation that waits."""
        app = self.app(key[1])
        if app is None or not self.is_active:
            return
        if is_terminating(app):
            try:
                self._take_down(app)
            except (SiteError, ApiError):
                self.wake(key, _REMOVAL_RETRY)
            return
        if self.sites.is_skipped(app):
            return
        self._refresh(app)
        self._start_operation(key[1])
        self.wake(key, self._seconds_to_resync(key[1]))

    def _seconds_to_resync(self, name: str) -> float:
        app = self.app(name) or {}
        at = app.get("status", {}).get("reconciledAt")
        due = seconds_of(at) + self._resync_seconds() if at else 0.0
        if name in self._repo_errors:
            due = max(due, self._repo_errors[name] + REPO_ERROR_GRACE_SECONDS)
        return max(due - self.kernel.now(), 0.0) + 1

    def _refresh(self, app: Json) -> None:
        name = app["metadata"]["name"]
        level = due_level(app, self._levels.pop(name, NOTHING), self.kernel.now() - self._resync_seconds())
        if level == NOTHING:
            return
        refresh = Refresh(app, level, self.kernel.utcnow(), persist_health=self._persists_health())
        try:
            comparison = self.compared(app, _revisions(app, level))
        except SpecError as error:
            self._write(app, broken_status(refresh, "InvalidSpecError", str(error)))
        except SiteError as error:
            self._write(app, broken_status(refresh, "ComparisonError", str(error)))
        except TargetError as error:
            if not self._is_graced(name, refresh):
                self._write(app, broken_status(refresh, "ComparisonError", str(error)))
        else:
            self._repo_errors.pop(name, None)
            shared = comparison.shared(name)
            automatic = automatic_operation(app, comparison, self.kernel.now())
            body = refreshed_status(refresh, comparison, shared)
            if automatic.operation is not None and not self.blocked(app, is_manual=False):
                body["operation"] = automatic.operation
            self._write(app, body)
            if automatic.look_again_after is not None:
                self.kernel.after(automatic.look_again_after, lambda: self._request(name, RECENT))

    def _is_graced(self, name: str, refresh: Refresh) -> bool:
        """Whether an error of the repo server is still kept from the status; one that was asked for never is."""
        if refresh.is_forced:
            return False
        first = self._repo_errors.setdefault(name, self.kernel.now())
        return self.kernel.now() - first <= REPO_ERROR_GRACE_SECONDS

    def _write(self, app: Json, body: Json) -> None:
        before = app.get("status", {})
        body["status"] = {name: replacing(before.get(name), value) for name, value in body["status"].items()}
        if REFRESH in (app["metadata"].get("annotations") or {}):
            body["metadata"] = {"annotations": {REFRESH: None}}
        self.report(app["metadata"]["name"], body)

    def _check(self, app: Json) -> None:
        check(app, self._project(app), self.sites.names_of(app))

    def _project(self, app: Json) -> Json | None:
        return self.informer.get(PROJECTS, (NAMESPACE, app["spec"].get("project") or "default"))

    def _persists_health(self) -> bool:
        return self._setting("argocd-cmd-params-cm", "controller.resource.health.persist") == "true"

    def _resync_seconds(self) -> float:
        return duration(self._setting("argocd-cm", "timeout.reconciliation") or RESYNC_SECONDS)

    def _setting(self, config_map: str, name: str) -> str:
        settings = self.informer.get("configmaps", (NAMESPACE, config_map)) or {}
        return str((settings.get("data") or {}).get(name, ""))

    def _start_operation(self, name: str) -> None:
        app = self.app(name)
        if app is None or name in self._operations or name in self._starting or not list(unfinished(app)):
            return
        self._starting.add(name)
        delay = self.kernel.stream(f"{self.api.name}/argocd").uniform(*_OPERATION_DELAY)
        self.kernel.after(delay, lambda: self._launch(name))

    def _launch(self, name: str) -> None:
        self._starting.discard(name)
        app = self.app(name)
        for request in unfinished(app) if app is not None else ():
            self._operations[name] = self.kernel.process(self._operate(name, request))

    def _operate(self, name: str, request: Json) -> Steps:
        if "sync" in request:
            yield from Operation(self, name, request).run()
        else:
            state = {"phase": "Error", "message": "Invalid operation request", "operation": request}
            self.report(name, {"operation": None, "status": {"operationState": state}})
        del self._operations[name]
        self._request(name, LATEST + 1)

    def _take_down(self, app: Json) -> None:
        finalizers = take_down(app, self.sites)
        if finalizers is not None:
            self.report(app["metadata"]["name"], {"metadata": {"finalizers": finalizers or None}})


def _revisions(app: Json, level: int) -> Revisions:
    return revisions_in(app.get("status", {}).get("sync", {})) if level == RECENT else ()


def _asks(app: Json) -> tuple[object, ...]:
    """Everything of an Application by which people ask the controller for something."""
    meta = app["metadata"]
    refresh = (meta.get("annotations") or {}).get(REFRESH)
    return (app.get("spec"), app.get("operation"), refresh, meta.get("deletionTimestamp"), meta.get("finalizers"))
