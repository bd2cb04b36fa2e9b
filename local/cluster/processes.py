"""What the containers of Jobs do: run for a while, write a few lines, and end with an exit code.

Three annotations on the pod are controls of the embedded world, not of Kubernetes: ``world.norikae.dev/exits-after``
(seconds), ``world.norikae.dev/exit-code`` and ``world.norikae.dev/writes`` (the log). A container that runs ``curl``
needs none of them: it asks the cluster's Services (``curl.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.curl import curl
from local.cluster.objects import Json, annotation, is_terminating, stamp, with_condition
from local.kubernetes.errors import bad_request

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.nodes import Nodes
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

EXITS_AFTER = "world.norikae.dev/exits-after"
EXIT_CODE = "world.norikae.dev/exit-code"
WRITES = "world.norikae.dev/writes"
RUN_SECONDS = (4.0, 12.0)
CRASH_BACKOFF_SECONDS = (10.0, 300.0)
"""CrashLoopBackOff, the first and the longest (``pkg/kubelet/kubelet.go``)."""


def is_waiting(pod: Json) -> bool:
    """Whether a container of the pod waits to be started again."""
    return any("waiting" in one["state"] for one in (pod.get("status") or {}).get("containerStatuses") or ())


class Processes(Controller):
    """Ends the containers of pods that are not to be started again for ever (restartPolicy Never and OnFailure)."""

    name = "kubelet"
    resource = "pods"
    delay = 0.05

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer, nodes: Nodes) -> None:
        self._nodes = nodes
        self._ends_at: dict[tuple[str, int, bool], float] = {}
        self._logs: dict[str, str] = {}
        super().__init__(kernel, api, informer)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at running pods that end by themselves."""
        del before
        if resource != "pods" or obj["spec"].get("restartPolicy", "Always") == "Always":
            return
        if event == "DELETED":
            self._logs.pop(obj["metadata"]["uid"], None)
        elif (obj.get("status") or {}).get("phase") == "Running" and not is_terminating(obj):
            self.wake((obj["metadata"]["namespace"], obj["metadata"]["name"]))

    def logs(self, pod: Json) -> str:
        """What the pod's container has written; 400 while it has not started (as the kubelet says it)."""
        status = pod.get("status") or {}
        if status.get("phase") == "Pending":
            name, container = pod["metadata"]["name"], pod["spec"]["containers"][0]["name"]
            raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: ContainerCreating')
        return self._logs.get(pod["metadata"]["uid"], "")

    def reconcile(self, key: Key) -> None:
        """End a process whose time has come, or start it again after a crash."""
        pod = self.informer.get("pods", key)
        if pod is None or is_terminating(pod) or (pod.get("status") or {}).get("phase") != "Running":
            return
        if not self._nodes.runs(pod["spec"].get("nodeName", "")):
            return
        run = (pod["metadata"]["uid"], _restarts(pod), is_waiting(pod))
        due = self._ends_at.setdefault(run, self.kernel.env.now + self._seconds(pod))
        if self.kernel.env.now < due:
            self.wake(key, due - self.kernel.env.now)
        elif is_waiting(pod):
            self._again(pod)
        else:
            self._end(pod)

    def _seconds(self, pod: Json) -> float:
        if is_waiting(pod):
            return min(CRASH_BACKOFF_SECONDS[0] * 2.0 ** (_restarts(pod) - 1), CRASH_BACKOFF_SECONDS[1])
        asked = annotation(pod, EXITS_AFTER)
        return float(asked) if asked else self.kernel.stream(f"{self.api.name}/processes").uniform(*RUN_SECONDS)

    def _end(self, pod: Json) -> None:
        code, written = self._outcome(pod)
        uid = pod["metadata"]["uid"]
        self._logs[uid] = self._logs.get(uid, "") + written
        now = stamp(self.kernel.utcnow())
        before = pod["status"]["containerStatuses"]
        ended: Json = {
            "exitCode": code,
            "reason": "Completed" if code == 0 else "Error",
            "startedAt": before[0]["state"]["running"]["startedAt"],
            "finishedAt": now,
        }
        if code and pod["spec"]["restartPolicy"] == "OnFailure":
            wait = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}
            more = {"lastState": {"terminated": ended}, "restartCount": _restarts(pod) + 1}
            statuses = [{**one, **more, "ready": False, "started": False, "state": wait} for one in before]
            self._patch(pod, {"containerStatuses": statuses, "conditions": _unready(pod, "ContainersNotReady", now)})
            return
        statuses = [{**one, "ready": False, "started": False, "state": {"terminated": ended}} for one in before]
        phase, reason = ("Failed", "PodFailed") if code else ("Succeeded", "PodCompleted")
        self._patch(pod, {"phase": phase, "containerStatuses": statuses, "conditions": _unready(pod, reason, now)})

    def _again(self, pod: Json) -> None:
        now = stamp(self.kernel.utcnow())
        running = {"ready": True, "started": True, "state": {"running": {"startedAt": now}}}
        statuses = [{**one, **running} for one in pod["status"]["containerStatuses"]]
        conditions = pod["status"]["conditions"]
        for kind in ("ContainersReady", "Ready"):
            conditions = with_condition(conditions, {"type": kind, "status": "True"}, now)
        self._patch(pod, {"containerStatuses": statuses, "conditions": conditions})

    def _outcome(self, pod: Json) -> tuple[int, str]:
        container = pod["spec"]["containers"][0]
        words = [*(container.get("command") or ()), *(container.get("args") or ())]
        if container["image"].rpartition("/")[2].partition(":")[0].partition("@")[0] == "curl" and words[:1] != [
            "curl"
        ]:
            words = ["curl", *words]
        annotated = annotation(pod, EXIT_CODE) or annotation(pod, WRITES)
        if words[:1] == ["curl"] and not annotated:
            return curl(self.informer, pod["metadata"]["namespace"], words[1:])
        written = annotation(pod, WRITES)
        return int(annotation(pod, EXIT_CODE, "0")), written + "\n" if written else ""

    def _patch(self, pod: Json, status: dict[str, Any]) -> None:
        meta = pod["metadata"]
        self.api.patch(
            "pods", meta["name"], meta["namespace"], {"status": status}, subresource="status", manager=self.name
        )


def _restarts(pod: Json) -> int:
    return max((one["restartCount"] for one in (pod.get("status") or {}).get("containerStatuses") or ()), default=0)


def _unready(pod: Json, reason: str, now: str) -> list[Json]:
    conditions = pod["status"]["conditions"]
    for kind in ("ContainersReady", "Ready"):
        conditions = with_condition(conditions, {"type": kind, "status": "False", "reason": reason}, now)
    return list(conditions)
