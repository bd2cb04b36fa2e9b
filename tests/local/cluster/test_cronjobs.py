"""CronJobs: a Job for each time, none while suspended, the newest missed one when resumed."""

from typing import Any

import pytest

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from local.kubernetes.errors import ApiError
from tests.local.cluster.building import Json

CRON_JOBS, JOBS = "cronjobs.batch", "jobs.batch"
MINUTE = 60.0


def a_cron_job(name: str = "tick", *, exits_after: int = 5, **spec: Any) -> Json:
    annotations = {"world.norikae.dev/exits-after": str(exits_after)}
    pod = {"restartPolicy": "Never", "containers": [{"name": "work", "image": "worker:1"}]}
    template = {"spec": {"template": {"metadata": {"annotations": annotations}, "spec": pod}}}
    meta = {"name": name, "namespace": "default"}
    body = {"schedule": "*/5 * * * *", "jobTemplate": template, **spec}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": body}


def times(cluster: KubernetesCluster) -> list[str]:
    """The scheduled times of the Jobs that are there."""
    jobs = cluster.api.list(JOBS, "default")
    return sorted(job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] for job in jobs)


def status(cluster: KubernetesCluster) -> Json:
    found: Json = cluster.api.get(CRON_JOBS, "tick", "default").get("status", {})
    return found


def minute_of(text: str) -> int:
    return int(text[14:16])


def suspend(cluster: KubernetesCluster, *, on: bool) -> None:
    cluster.api.patch(CRON_JOBS, "tick", "default", {"spec": {"suspend": on}})


def test_a_job_for_each_time(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(successfulJobsHistoryLimit=10))
    kernel.run(31 * MINUTE)
    assert len(times(cluster)) == 6
    assert {minute_of(one) % 5 for one in times(cluster)} == {0}
    found = status(cluster)
    assert found["lastScheduleTime"] == times(cluster)[-1]
    assert found["lastSuccessfulTime"] > found["lastScheduleTime"]
    assert not found.get("active")
    jobs = cluster.api.list(JOBS, "default")
    assert all(job["metadata"]["ownerReferences"][0]["kind"] == "CronJob" for job in jobs)


def test_only_some_of_the_ended_jobs_are_kept(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(successfulJobsHistoryLimit=2))
    kernel.run(31 * MINUTE)
    assert len(times(cluster)) == 2


def test_nothing_begins_while_it_is_suspended_and_what_runs_goes_on(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(exits_after=120))
    while not status(cluster).get("active"):
        kernel.run(10)
    suspend(cluster, on=True)
    kernel.run(MINUTE)
    assert len(status(cluster)["active"]) == 1
    kernel.run(30 * MINUTE)
    assert not status(cluster).get("active")
    assert len(times(cluster)) == 1
    assert "lastSuccessfulTime" in status(cluster)


def test_the_newest_missed_time_runs_at_once_when_it_is_resumed(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(suspend=True))
    kernel.run(23 * MINUTE)
    assert times(cluster) == []
    suspend(cluster, on=False)
    kernel.run(5)
    assert len(times(cluster)) == 1, "one for all of those that were missed"


def test_what_was_scheduled_elsewhere_is_not_missed(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(suspend=True))
    kernel.run(23 * MINUTE)
    now = kernel.utcnow()
    last = now.replace(minute=now.minute - now.minute % 5, second=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    cluster.api.patch(CRON_JOBS, "tick", "default", {"status": {"lastScheduleTime": last}}, subresource="status")
    suspend(cluster, on=False)
    kernel.run(5)
    assert times(cluster) == []
    kernel.run(5 * MINUTE)
    assert len(times(cluster)) == 1


def test_a_missed_time_that_is_too_long_ago_is_left_out(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(suspend=True, startingDeadlineSeconds=10))
    kernel.run(23 * MINUTE + 30)
    suspend(cluster, on=False)
    kernel.run(5)
    assert times(cluster) == []


@pytest.mark.parametrize(("policy", "running"), [("Allow", 3), ("Forbid", 1), ("Replace", 1)])
def test_a_time_that_comes_while_the_last_one_runs(
    cluster: KubernetesCluster, kernel: Kernel, policy: str, running: int
) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(exits_after=3000, schedule="* * * * *", concurrencyPolicy=policy))
    while not status(cluster).get("active"):
        kernel.run(10)
    first = times(cluster)[0]
    kernel.run(2 * MINUTE + 30)
    assert len(status(cluster)["active"]) == running
    assert (first in times(cluster)) == (policy != "Replace")


def test_a_quiet_cron_job_writes_nothing(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create(CRON_JOBS, a_cron_job(schedule="0 0 1 1 *", suspend=True))
    kernel.run(10)
    version = cluster.api.get(CRON_JOBS, "tick", "default")["metadata"]["resourceVersion"]
    kernel.run(3600)
    assert cluster.api.get(CRON_JOBS, "tick", "default")["metadata"]["resourceVersion"] == version


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"schedule": "every day"}, "expected exactly 5 fields"),
        ({"schedule": "TZ=UTC 0 9 * * *"}, "use timeZone field instead"),
        ({"timeZone": "Asia/Edo"}, "unknown time zone Asia/Edo"),
        ({"timeZone": "Local"}, "must be an explicit time zone"),
    ],
)
def test_a_schedule_that_is_none_is_refused(cluster: KubernetesCluster, spec: Json, why: str) -> None:
    with pytest.raises(ApiError, match=why) as refusal:
        cluster.api.create(CRON_JOBS, a_cron_job(**spec))
    assert refusal.value.code == 422
