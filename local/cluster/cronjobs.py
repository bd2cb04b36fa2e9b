"""CronJobs: a Job for each time of a schedule, none while suspended, and the newest missed time when resumed.

Source: ``pkg/controller/cronjob/cronjob_controllerv2.go`` (syncCronJob) and ``utils.go`` (mostRecentScheduleTime).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.cron import Cron, parse
from local.cluster.jobs import is_finished
from local.cluster.objects import Json, controlled_by, controller_of, is_terminating, is_true, seconds_of, stamp

if TYPE_CHECKING:
    from local.cluster.informer import Key

SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
_JOBS = "jobs.batch"
_LATE_SECONDS = 0.1
"""The controller looks a little after the time, so as not to look before it (nextScheduleDelta)."""
_KEPT = {"Complete": ("successfulJobsHistoryLimit", 3), "Failed": ("failedJobsHistoryLimit", 1)}


class CronJobs(Controller):
    """Starts Jobs when their time has come."""

    name = "cronjob-controller"
    resource = "cronjobs.batch"

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at CronJobs and at the Jobs that they control."""
        super().on_change(event, resource, obj, before)
        owner = controller_of(obj) if resource == _JOBS else None
        if owner is not None and owner["kind"] == "CronJob":
            self.wake((obj["metadata"]["namespace"], owner["name"]))

    def reconcile(self, key: Key) -> None:
        """Count what has ended, then start what is due."""
        mine = self.informer.get(self.resource, key)
        if mine is None or is_terminating(mine):
            return
        jobs = self.informer.owned(mine["metadata"]["uid"], _JOBS)
        status = self._status(mine, jobs)
        self._forget_old(mine, jobs)
        if not mine["spec"].get("suspend"):
            schedule = parse(mine["spec"]["schedule"], mine["spec"].get("timeZone", ""))
            self._start(mine, schedule, status)
            following = schedule.after(self._now())
            if following is not None:
                self.wake(key, (following - self._now()).total_seconds() + _LATE_SECONDS)
        self._report(key, status)

    def _status(self, mine: Json, jobs: list[Json]) -> Json:
        """What runs and what has ended well, by the Jobs that are there."""
        active = [job for job in jobs if not is_finished(job)]
        ends = [job["status"].get("completionTime", "") for job in jobs if is_true(job, "Complete")]
        before = mine.get("status") or {}
        last = max([before.get("lastSuccessfulTime", ""), *ends])
        status: Json = {"active": [_reference(job) for job in active] or None}
        return {**status, **({"lastSuccessfulTime": last} if last else {})}

    def _start(self, mine: Json, schedule: Cron, status: dict[str, Any]) -> None:
        """One Job for the newest time that has passed since the last one, unless it is too late or one still runs."""
        due = self._missed(mine, schedule)
        if due is None:
            return
        spec = mine["spec"]
        patience = spec.get("startingDeadlineSeconds")
        if patience is not None and due.timestamp() + patience < self.kernel.now():
            return
        policy = spec.get("concurrencyPolicy", "Allow")
        if status["active"] and policy == "Forbid":
            return
        if status["active"] and policy == "Replace":
            for one in status["active"]:
                self.api.delete(_JOBS, one["name"], one["namespace"], propagation="Background")
            status["active"] = None
        job = self._create(mine, due)
        if job is not None:
            status["active"] = [*(status["active"] or ()), _reference(job)]
        status["lastScheduleTime"] = stamp(due)

    def _missed(self, mine: Json, schedule: Cron) -> datetime | None:
        """The newest due time that is over, counted from the last one that was started, or from the creation."""
        since = (mine.get("status") or {}).get("lastScheduleTime") or mine["metadata"]["creationTimestamp"]
        earliest = datetime.fromtimestamp(seconds_of(since), UTC)
        patience = mine["spec"].get("startingDeadlineSeconds")
        if patience is not None:
            earliest = max(earliest, datetime.fromtimestamp(self.kernel.now() - patience, UTC))
        newest, due = None, schedule.after(earliest)
        while due is not None and due <= self._now():
            newest, due = due, schedule.after(due)
        return newest

    def _create(self, mine: Json, due: datetime) -> Json | None:
        """The Job of one time; its name is that time, so no second one can be made."""
        template = mine["spec"]["jobTemplate"]
        meta = template.get("metadata") or {}
        name = f"{mine['metadata']['name']}-{int(due.timestamp()) // 60}"
        obj = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "name": name,
                "namespace": mine["metadata"]["namespace"],
                "labels": dict(meta.get("labels") or {}),
                "annotations": {**(meta.get("annotations") or {}), SCHEDULED: stamp(due)},
                "ownerReferences": controlled_by(mine),
            },
            "spec": template["spec"],
        }
        if self.informer.get(_JOBS, (mine["metadata"]["namespace"], name)) is not None:
            return None
        return self.api.create(_JOBS, obj, manager=self.name)

    def _forget_old(self, mine: Json, jobs: list[Json]) -> None:
        for kind, (limit, default) in _KEPT.items():
            ended = [job for job in jobs if is_true(job, kind) and not is_terminating(job)]
            ended.sort(key=lambda job: (job["metadata"]["creationTimestamp"], job["metadata"]["name"]))
            for job in ended[: max(0, len(ended) - mine["spec"].get(limit, default))]:
                meta = job["metadata"]
                self.api.delete(_JOBS, meta["name"], meta["namespace"], propagation="Background")

    def _report(self, key: Key, status: Json) -> None:
        mine = self.informer.get(self.resource, key)
        before = (mine or {}).get("status") or {}
        if mine is not None and any(before.get(name) != value for name, value in status.items()):
            self.api.patch(self.resource, key[1], key[0], {"status": status}, subresource="status", manager=self.name)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.kernel.now(), UTC)


def _reference(job: Json) -> Json:
    meta = job["metadata"]
    return {
        "kind": "Job",
        "apiVersion": "batch/v1",
        "name": meta["name"],
        "namespace": meta["namespace"],
        "uid": meta["uid"],
    }
