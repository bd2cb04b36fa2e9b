"""Jobs: pods until enough of them have succeeded, tried again with doubling pauses, or given up.

Each pod carries the finalizer ``batch.kubernetes.io/job-tracking`` until it has been counted (KEP-2307), so no end of a
pod is lost. Fixed and without index only; the API server refuses the rest. Source:
``pkg/controller/job/job_controller.go`` (syncJob, manageJob, trackJobStatusAndRemoveFinalizers) and
``pkg/controller/ttlafterfinished``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.objects import (
    Json,
    controller_of,
    is_ready_pod,
    is_terminating,
    is_true,
    replacing,
    seconds_of,
    stamp,
    with_condition,
)
from local.cluster.replicasets import expendable_first, pod_of

if TYPE_CHECKING:
    from local.cluster.informer import Key

TRACKING = "batch.kubernetes.io/job-tracking"
BACKOFF_SECONDS = (10.0, 600.0)
"""The first and the longest pause before a failed pod is replaced (DefaultJobPodFailureBackOff, Max…)."""

_BACKOFF_LIMIT = 6
_DEADLINE = ("DeadlineExceeded", "Job was active longer than specified deadline")
_TOO_OFTEN = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
_COMPLETE = ("CompletionsReached", "Reached expected number of succeeded pods")


def is_finished(job: Json) -> bool:
    """Whether a Job has come to its end, good or bad."""
    return is_true(job, "Complete") or is_true(job, "Failed")


class Jobs(Controller):
    """Runs pods to their end and says how it went."""

    name = "job-controller"
    resource = "jobs.batch"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at Jobs and at the pods that they control."""
        super().on_change(event, resource, obj, before)
        owner = controller_of(obj) if resource == "pods" else None
        if owner is not None and owner["kind"] == "Job":
            self.wake((obj["metadata"]["namespace"], owner["name"]))
        if event == "DELETED" and resource == self.resource:
            self.kernel.after(self.delay, lambda: self._release_orphans(obj))

    def reconcile(self, key: Key) -> None:
        """Count what has ended, then make the next move of a Job that lives."""
        job = self.informer.get(self.resource, key)
        if job is None:
            return
        if is_terminating(job):
            self._untrack(self._pods(job))
            return
        if is_finished(job):
            self._untrack([pod for pod in self._pods(job) if _has_ended(pod)])
            self._expire(key, job)
            return
        status = self._counted(job)
        verdict = self._verdict(key, job, status)
        if verdict:
            self._end(job, status, verdict)
        elif job["spec"].get("suspend"):
            self._suspend(job, status)
        else:
            self._run_pods(key, job, status)
        self._report(key, status)

    def _pods(self, job: Json) -> list[Json]:
        return self.informer.owned(job["metadata"]["uid"], "pods")

    def _counted(self, job: Json) -> Json:
        """The status with every pod counted that has ended since; the counts are stored before the finalizers go."""
        status: Json = dict(job.get("status") or {})
        if not job["spec"].get("suspend"):
            status.setdefault("startTime", stamp(self.kernel.utcnow()))
        ended = [pod for pod in self._pods(job) if _has_ended(pod) and _is_tracked(pod)]
        if ended:
            good = sum(_has_succeeded(pod) for pod in ended)
            status["succeeded"] = status.get("succeeded", 0) + good
            status["failed"] = status.get("failed", 0) + len(ended) - good
            self._patch(job, status)
            self._untrack(ended)
        return status

    def _verdict(self, key: Key, job: Json, status: Json) -> tuple[str, str, str] | None:
        """Type, reason and message of the condition with which the Job ends now, if it does."""
        spec = job["spec"]
        limit = spec.get("backoffLimit", _BACKOFF_LIMIT)
        active = [pod for pod in self._pods(job) if not _has_ended(pod)]
        restarts = sum(_restarts(pod) for pod in active)
        retried_in_place = spec["template"]["spec"].get("restartPolicy") == "OnFailure"
        if status.get("failed", 0) > limit or (retried_in_place and restarts and restarts >= limit):
            return ("Failed", *_TOO_OFTEN)
        if "activeDeadlineSeconds" in spec and "startTime" in status:
            left = seconds_of(status["startTime"]) + spec["activeDeadlineSeconds"] - self.kernel.now()
            if left <= 0:
                return ("Failed", *_DEADLINE)
            self.wake(key, left)
        if status.get("succeeded", 0) >= _completions(spec):
            return ("Complete", *_COMPLETE)
        return None

    def _end(self, job: Json, status: Json, verdict: tuple[str, str, str]) -> None:
        kind, reason, message = verdict
        now = stamp(self.kernel.utcnow())
        first = "SuccessCriteriaMet" if kind == "Complete" else "FailureTarget"
        conditions = status.get("conditions") or ()
        for one in (first, kind):
            made = {"type": one, "status": "True", "reason": reason, "message": message, "lastProbeTime": now}
            conditions = with_condition(conditions, made, now)
        status["conditions"] = conditions
        if kind == "Complete":
            status["completionTime"] = now
        for pod in self._pods(job):
            if not _has_ended(pod):
                self._delete(pod)

    def _suspend(self, job: Json, status: Json) -> None:
        """No pod runs; those that did are not counted as failed, so their finalizer goes first."""
        active = [pod for pod in self._pods(job) if not _has_ended(pod)]
        self._untrack(active)
        for pod in active:
            self._delete(pod)
        status.pop("startTime", None)
        self._set_suspended(status, suspended=True)

    def _run_pods(self, key: Key, job: Json, status: Json) -> None:
        spec = job["spec"]
        self._set_suspended(status, suspended=False)
        active = sorted((pod for pod in self._pods(job) if not _has_ended(pod)), key=expendable_first)
        wanted = min(spec.get("parallelism", 1), _completions(spec) - status.get("succeeded", 0))
        surplus = active[: max(0, len(active) - wanted)]
        self._untrack(surplus)
        for pod in surplus:
            self._delete(pod)
        pause = self._pause(job, status)
        if wanted > len(active) and pause > 0:
            self.wake(key, pause)
            return
        for _ in range(wanted - len(active)):
            self._create(job)

    def _pause(self, job: Json, status: Json) -> float:
        """Seconds until a failed pod may be replaced."""
        failed = status.get("failed", 0)
        ends = [_ended_at(pod) for pod in self._pods(job) if _has_ended(pod) and not _has_succeeded(pod)]
        if not failed or not ends:
            return 0.0
        backoff: float = min(BACKOFF_SECONDS[0] * 2 ** (failed - 1), BACKOFF_SECONDS[1])
        return max(ends) + backoff - self.kernel.now()

    def _create(self, job: Json) -> None:
        pod = pod_of(job, job["spec"]["template"], {"generateName": job["metadata"]["name"] + "-"})
        pod["metadata"]["finalizers"] = [TRACKING]
        self.api.create("pods", pod, manager=self.name)

    def _delete(self, pod: Json) -> None:
        if not is_terminating(pod):
            self.api.delete("pods", pod["metadata"]["name"], pod["metadata"]["namespace"])

    def _untrack(self, pods: list[Json]) -> None:
        for pod in pods:
            if _is_tracked(pod):
                left = [one for one in pod["metadata"]["finalizers"] if one != TRACKING]
                meta = pod["metadata"]
                body = {"metadata": {"finalizers": left or None}}
                self.api.patch("pods", meta["name"], meta["namespace"], body, manager=self.name)

    def _release_orphans(self, job: Json) -> None:
        if not self.informer.is_closed:
            self._untrack(self._pods(job))

    def _set_suspended(self, status: Json, *, suspended: bool) -> None:
        known = any(one["type"] == "Suspended" for one in status.get("conditions") or ())
        if not suspended and not known:
            return
        word = ("True", "JobSuspended", "Job suspended") if suspended else ("False", "JobResumed", "Job resumed")
        made = dict(zip(("status", "reason", "message"), word, strict=True))
        now = stamp(self.kernel.utcnow())
        status["conditions"] = with_condition(status.get("conditions") or (), {"type": "Suspended", **made}, now)

    def _report(self, key: Key, status: Json) -> None:
        job = self.informer.get(self.resource, key)
        if job is None:
            return
        active = [pod for pod in self._pods(job) if not _has_ended(pod)]
        counts = {"active": len(active), "ready": sum(is_ready_pod(pod) for pod in active)}
        terminating = sum(is_terminating(pod) for pod in self._pods(job))
        self._patch(job, {**status, **counts, "terminating": terminating, "uncountedTerminatedPods": {}})

    def _patch(self, job: Json, status: Json) -> None:
        meta, before = job["metadata"], job.get("status") or {}
        if before == status:
            return
        body: dict[str, Any] = {"status": replacing(before, status)}
        self.api.patch(self.resource, meta["name"], meta["namespace"], body, subresource="status", manager=self.name)

    def _expire(self, key: Key, job: Json) -> None:
        """``ttlSecondsAfterFinished``: the Job and its pods are deleted then."""
        patience = job["spec"].get("ttlSecondsAfterFinished")
        if patience is None:
            return
        ends = [
            seconds_of(one["lastTransitionTime"])
            for one in job["status"]["conditions"]
            if one["type"] in {"Complete", "Failed"} and one["status"] == "True"
        ]
        left = min(ends) + patience - self.kernel.now()
        if left > 0:
            self.wake(key, left)
        else:
            uid = {"uid": job["metadata"]["uid"]}
            self.api.delete(self.resource, key[1], key[0], preconditions=uid, propagation="Foreground")


def _completions(spec: Json) -> int:
    return int(spec.get("completions", 1))


def _is_tracked(pod: Json) -> bool:
    return TRACKING in (pod["metadata"].get("finalizers") or ())


def _has_succeeded(pod: Json) -> bool:
    return (pod.get("status") or {}).get("phase") == "Succeeded"


def _has_ended(pod: Json) -> bool:
    """Whether a pod has finished or is on its way out (podReplacementPolicy TerminatingOrFailed)."""
    return is_terminating(pod) or (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}


def _restarts(pod: Json) -> int:
    return sum(one["restartCount"] for one in (pod.get("status") or {}).get("containerStatuses") or ())


def _ended_at(pod: Json) -> float:
    for one in (pod.get("status") or {}).get("containerStatuses") or ():
        if "terminated" in one["state"]:
            return seconds_of(one["state"]["terminated"]["finishedAt"])
    return seconds_of(pod["metadata"].get("deletionTimestamp") or pod["metadata"]["creationTimestamp"])
