"""One sync operation, from ``operation`` to ``status.operationState``, with its retries.

Source: ``controller/appcontroller.go`` (processRequestedAppOperation).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.cluster.argocd.application import duration
from local.cluster.argocd.attempt import Attempt
from local.cluster.argocd.desk import Desk, FailedSyncError
from local.cluster.argocd.revisions import revisions_in, with_revisions, with_sources
from local.cluster.objects import Json, seconds_of, stamp

if TYPE_CHECKING:
    from local.kernel import Steps

_SHORTEST_RETRY, _LONGEST_RETRY = 5.0, 180.0


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
        app = self.desk.app(self.name) or {"spec": {}}
        result = with_revisions(app, revisions_in(self.request["sync"])) | with_sources(app)
        self.state = {"operation": self.request, "startedAt": self._now(), "syncResult": result}
        self._say("Running", "")

    def _attempt(self) -> Steps:
        try:
            attempt = Attempt(
                desk=self.desk,
                name=self.name,
                request=self.request,
                result=self.state["syncResult"],
                is_retry=self.state.get("retryCount", 0) > 0,
                say=lambda message: self._say("Running", message),
                is_terminating=self._is_terminating,
            )
            yield from attempt.run()
        except FailedSyncError as failed:
            return failed.phase, failed.message
        return "Succeeded", "successfully synced (all tasks run)"

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
            "deployStartedAt": self.state["startedAt"],
            "deployedAt": self.state["finishedAt"],
            "initiatedBy": self.request.get("initiatedBy") or {},
        }
        members = ("revision", "revisions", "source", "sources")
        entry |= {name: value for name, value in self.state["syncResult"].items() if name in members}
        return [*before, entry][-10:]

    def _now(self) -> str:
        return stamp(self.desk.kernel.utcnow())

    def _clock(self, wait: float) -> str:
        at = seconds_of(self._now()) + wait
        return f"{int(at % 86400 // 3600)}:{int(at % 3600 // 60):02d}"


def unfinished(app: Json) -> Iterator[Json]:
    """The operation that an Application carries: a new one, or the running one that a restarted controller takes up."""
    state = app.get("status", {}).get("operationState") or {}
    if state.get("phase") in {"Running", "Terminating"}:
        yield state["operation"]
    elif app.get("operation"):
        yield app["operation"]
