"""A program that dies in its pod: CrashLoopBackOff, and the start after it.

Source: ``pkg/kubelet/kubelet.go``: ten seconds, doubling, up to five minutes; forgotten after ten minutes of running.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cluster.objects import Json, selects, stamp, with_condition
from local.cluster.processes import CRASH_BACKOFF_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.cluster.informer import Informer
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

FORGOTTEN_SECONDS = 600.0
GO_PANIC = 2
"""The exit code of a Go program that panics."""


class Crashes:
    """Kills and starts again the pods of a workload, whose restartPolicy is Always.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
    """

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        self._kernel, self._api, self._informer = kernel, api, informer
        self._last: dict[str, tuple[float, float]] = {}
        """By the pod's uid: when it starts again, and the back-off before that."""

    def crash(self, workload: Json, then: Callable[[], None]) -> None:
        """The pods of a workload die now.

        Args:
            workload: the Deployment.
            then: called when one of them runs again.
        """
        for pod in self._pods(workload):
            uid, now = pod["metadata"]["uid"], self._kernel.env.now
            started, before = self._last.get(uid, (now, 0.0))
            first, longest = CRASH_BACKOFF_SECONDS
            wait = min(before * 2, longest) if before and now - started < FORGOTTEN_SECONDS else first
            self._last[uid] = (now + wait, wait)
            self._write(pod, self._died(pod))
            self._kernel.after(wait, lambda pod=pod: self._again(pod, then))  # type: ignore[misc]

    def _pods(self, workload: Json) -> list[Json]:
        namespace, selector = workload["metadata"]["namespace"], workload["spec"]["selector"]
        return [
            pod
            for pod in self._informer.every("pods", namespace)
            if selects(selector, pod["metadata"].get("labels")) and (pod.get("status") or {}).get("phase") == "Running"
        ]

    def _died(self, pod: Json) -> list[Json]:
        now = stamp(self._kernel.utcnow())
        wait = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}
        return [
            {
                **one,
                "ready": False,
                "started": False,
                "restartCount": one["restartCount"] + 1,
                "state": wait,
                "lastState": {"terminated": {"exitCode": GO_PANIC, "reason": "Error", "finishedAt": now}},
            }
            for one in pod["status"]["containerStatuses"]
        ]

    def _again(self, pod: Json, then: Callable[[], None]) -> None:
        meta = pod["metadata"]
        now = self._informer.get("pods", (meta["namespace"], meta["name"]))
        if now is None or now["metadata"]["uid"] != meta["uid"] or self._informer.is_closed:
            return
        running = {"ready": True, "started": True, "state": {"running": {"startedAt": stamp(self._kernel.utcnow())}}}
        self._write(now, [{**one, **running} for one in now["status"]["containerStatuses"]])
        then()

    def _write(self, pod: Json, statuses: list[Json]) -> None:
        meta, now = pod["metadata"], stamp(self._kernel.utcnow())
        ready, conditions = all(one["ready"] for one in statuses), pod["status"].get("conditions") or []
        verdict = {"status": "True"} if ready else {"status": "False", "reason": "ContainersNotReady"}
        for kind in ("ContainersReady", "Ready"):
            conditions = with_condition(conditions, {"type": kind, **verdict}, now)
        body = {"status": {"containerStatuses": statuses, "conditions": conditions}}
        self._api.patch("pods", meta["name"], meta["namespace"], body, subresource="status", manager="kubelet")
