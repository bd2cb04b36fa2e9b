"""Verification Jobs: each round has its own, they have an end, and what they wrote is kept."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.cluster.verification import Round, last_lines, log_of, look_at_jobs, refused_objects
from tests.unit.fakes.demo import NOW
from tests.unit.fakes.kubernetes import FakeKubernetes

ROUND = Round(run="demo-1-35-0001", attempt=2, number=3, deadline_seconds=600)
NAMESPACE = "norikae-verification"


def job(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"template": {}, **spec}}


def look(api: FakeKubernetes, *jobs: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one.job, one.state, one.why) for one in look_at_jobs(api, jobs, ROUND, NOW)]


def test_a_job_is_created_in_our_namespace_with_an_end_and_found_again() -> None:
    api = FakeKubernetes()
    assert look(api, job("smoke")) == [("smoke", "running", "was just created")]
    made = api.objects["jobs.batch", NAMESPACE, "smoke-2-3"]
    assert made["spec"]["activeDeadlineSeconds"] == 600
    assert made["metadata"]["labels"] == {"norikae.dev/run": "demo-1-35-0001"}
    assert look(api, job("smoke")) == [("smoke", "running", "has no pod yet")]
    assert api.writes == ["create Job smoke-2-3"]


def test_an_end_that_the_job_has_itself_is_kept() -> None:
    api = FakeKubernetes()
    look(api, job("smoke", activeDeadlineSeconds=30))
    assert api.objects["jobs.batch", NAMESPACE, "smoke-2-3"]["spec"]["activeDeadlineSeconds"] == 30


def test_a_job_that_would_take_itself_away_stays_with_its_result_and_its_log() -> None:
    api = FakeKubernetes()
    look(api, job("smoke", ttlSecondsAfterFinished=0))
    assert "ttlSecondsAfterFinished" not in api.objects["jobs.batch", NAMESPACE, "smoke-2-3"]["spec"]


def test_a_long_name_leaves_room_for_the_round() -> None:
    name = ROUND.name_of("a" * 58 + "-bcdefg")
    assert name == "a" * 58 + "-2-3"
    assert len(ROUND.name_of("b" * 200)) == 63


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ({"active": 1, "failed": 2}, ("running", "1 active, 2 failed")),
        ({"conditions": [{"type": "Complete", "status": "True"}]}, ("passed", "")),
        (
            {"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "too long"}]},
            ("failed", "DeadlineExceeded: too long"),
        ),
        ({"conditions": [{"type": "Suspended", "status": "False"}]}, ("running", "has no pod yet")),
    ],
)
def test_a_job_fares_as_its_conditions_say(status: dict[str, Any], result: tuple[str, str]) -> None:
    api = FakeKubernetes()
    look(api, job("smoke"))
    made = api.objects["jobs.batch", NAMESPACE, "smoke-2-3"]
    api.put({**made, "status": status})
    assert look(api, job("smoke")) == [("smoke", *result)]


def pod(name: str, born: str) -> dict[str, Any]:
    labels = {"batch.kubernetes.io/job-name": "smoke-2-3"}
    meta = {"name": name, "namespace": NAMESPACE, "labels": labels, "creationTimestamp": born}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "status": {"phase": "Failed"}}


def test_the_log_has_every_pod_and_the_youngest_ones_last_lines_are_told() -> None:
    api = FakeKubernetes(pod("second", "2026-11-24T01:01:00Z"), pod("first", "2026-11-24T01:00:00Z"))
    api.written = {(NAMESPACE, "first"): "old", (NAMESPACE, "second"): "1\n2\n\n3\n4\n5\n6\n"}
    document = log_of(api, "smoke", ROUND)
    assert [one["pod"] for one in document["pods"]] == ["first", "second"]
    assert (document["name"], document["round"]) == ("smoke-2-3", 3)
    assert last_lines(document) == "2 / 3 / 4 / 5 / 6"


def test_a_job_without_a_log_says_so() -> None:
    assert last_lines(log_of(FakeKubernetes(), "smoke", ROUND)) == "it wrote nothing"


def test_only_jobs_may_be_in_the_file() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password"}}
    nameless = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {}}
    assert refused_objects([job("a"), job("b")]) == ()
    assert refused_objects([job("a"), job("a"), secret, nameless]) == (
        "Job a is there twice",
        "Secret password: only Jobs of batch/v1 may be there",
        "a Job has no metadata.name",
    )
