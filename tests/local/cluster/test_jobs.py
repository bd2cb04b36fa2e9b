"""Jobs: pods that end, tried again, given up, suspended, counted whatever happens to them."""

from typing import Any

import pytest

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from local.kubernetes.errors import ApiError
from tests.local.cluster.building import Json, deployment

FAILS = {"world.norikae.dev/exit-code": "3", "world.norikae.dev/exits-after": "5"}
LASTS = {"world.norikae.dev/exits-after": "5"}


def a_job(name: str, annotations: dict[str, str] | None = None, **spec: Any) -> Json:
    container = {"name": "work", "image": "worker:1", **spec.pop("container", {})}
    pod = {"restartPolicy": spec.pop("restart", "Never"), "containers": [container]}
    template = {"metadata": {"annotations": annotations or {}}, "spec": pod}
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": template, **spec}}


def status(cluster: KubernetesCluster, name: str) -> Json:
    found: Json = cluster.api.get("jobs.batch", name, "default").get("status", {})
    return found


def condition(cluster: KubernetesCluster, name: str, kind: str) -> tuple[str, str]:
    for one in status(cluster, name).get("conditions", ()):
        if one["type"] == kind:
            return one["status"], one["reason"]
    return "", ""


def pods(cluster: KubernetesCluster, name: str) -> list[Json]:
    return cluster.api.list("pods", "default", labels=f"batch.kubernetes.io/job-name={name}")


def test_a_job_runs_its_pod_to_the_end_and_says_so(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", {**LASTS, "world.norikae.dev/writes": "all is well"}))
    kernel.run(3)
    assert status(cluster, "smoke")["active"] == 1
    kernel.run(30)
    found = status(cluster, "smoke")
    assert (found["succeeded"], found["active"], "completionTime" in found) == (1, 0, True)
    assert condition(cluster, "smoke", "Complete")[0] == "True"
    (pod,) = pods(cluster, "smoke")
    assert pod["status"]["phase"] == "Succeeded"
    assert pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 0
    assert "finalizers" not in pod["metadata"]
    assert cluster.api.read_logs is not None
    assert cluster.api.read_logs(pod) == "all is well\n"
    assert cluster.ready_pods("default", {"job-name": "smoke"}) == []


def test_a_failed_pod_is_replaced_with_doubling_pauses_until_the_limit(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", FAILS, backoffLimit=2))
    born: list[float] = []
    while not condition(cluster, "smoke", "Failed")[0]:
        kernel.run(1)
        born += [kernel.env.now] * (len(pods(cluster, "smoke")) - len(born))
        assert kernel.env.now < 600
    assert len(born) == 3
    assert 15 < born[1] - born[0] < 25
    assert 25 < born[2] - born[1] < 36
    assert condition(cluster, "smoke", "Failed") == ("True", "BackoffLimitExceeded")
    assert status(cluster, "smoke")["failed"] == 3
    kernel.run(600)
    assert len(pods(cluster, "smoke")) == 3


def test_on_failure_restarts_the_container_in_its_pod(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", FAILS, backoffLimit=2, restart="OnFailure"))
    kernel.run(14)
    (pod,) = pods(cluster, "smoke")
    (container,) = pod["status"]["containerStatuses"]
    assert container["restartCount"] == 1
    assert container["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    kernel.run(120)
    assert condition(cluster, "smoke", "Failed") == ("True", "BackoffLimitExceeded")
    assert pods(cluster, "smoke") == []


def test_a_job_that_takes_too_long_is_ended(cluster: KubernetesCluster, kernel: Kernel) -> None:
    slow = {"world.norikae.dev/exits-after": "1000"}
    cluster.api.create("jobs.batch", a_job("smoke", slow, activeDeadlineSeconds=60))
    kernel.run(120)
    assert condition(cluster, "smoke", "Failed") == ("True", "DeadlineExceeded")
    assert pods(cluster, "smoke") == []


def test_a_suspended_job_has_no_pods_and_goes_on_when_it_is_resumed(cluster: KubernetesCluster, kernel: Kernel) -> None:
    slow = {"world.norikae.dev/exits-after": "60"}
    cluster.api.create("jobs.batch", a_job("smoke", slow))
    kernel.run(20)
    cluster.api.patch("jobs.batch", "smoke", "default", {"spec": {"suspend": True}})
    kernel.run(60)
    assert pods(cluster, "smoke") == []
    assert condition(cluster, "smoke", "Suspended")[0] == "True"
    assert status(cluster, "smoke").get("failed", 0) == 0
    cluster.api.patch("jobs.batch", "smoke", "default", {"spec": {"suspend": False}})
    kernel.run(120)
    assert condition(cluster, "smoke", "Suspended")[0] == "False"
    assert status(cluster, "smoke")["succeeded"] == 1


def test_several_completions_run_as_parallel_as_asked(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", LASTS, completions=5, parallelism=2))
    most = 0
    while not condition(cluster, "smoke", "Complete")[0]:
        kernel.run(1)
        most = max(most, status(cluster, "smoke").get("active", 0))
        assert kernel.env.now < 600
    assert (most, status(cluster, "smoke")["succeeded"]) == (2, 5)


def test_a_pod_that_goes_with_its_machine_is_counted_and_replaced(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", {"world.norikae.dev/exits-after": "60"}))
    kernel.run(20)
    (pod,) = pods(cluster, "smoke")
    cluster.remove_node(pod["spec"]["nodeName"])
    kernel.run(200)
    found = status(cluster, "smoke")
    assert (found["failed"], found["succeeded"]) == (1, 1)


def test_a_deleted_job_takes_its_pods_along_although_they_were_not_counted(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", {"world.norikae.dev/exits-after": "600"}))
    kernel.run(20)
    cluster.api.delete("jobs.batch", "smoke", "default")
    kernel.run(60)
    assert pods(cluster, "smoke") == []


def test_a_finished_job_goes_after_its_time_to_live(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("jobs.batch", a_job("smoke", LASTS, ttlSecondsAfterFinished=100))
    kernel.run(60)
    assert condition(cluster, "smoke", "Complete")[0] == "True"
    kernel.run(120)
    assert cluster.api.list("jobs.batch", "default") == []
    assert pods(cluster, "smoke") == []


def test_curl_asks_the_services_of_the_cluster(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("deployments.apps", deployment("web", 1))
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    cluster.api.create("services", {"metadata": {"name": "web", "namespace": "default"}, "spec": spec})
    kernel.run(60)
    told = {}
    for name, url in (("good", "http://web.default.svc/healthz"), ("port", "web:8080"), ("name", "http://nobody")):
        container = {"image": "curlimages/curl:8.10.1", "args": ["--fail", "--max-time", "5", url]}
        cluster.api.create("jobs.batch", a_job(name, container=container, backoffLimit=0))
    kernel.run(60)
    assert cluster.api.read_logs is not None
    for name in ("good", "port", "name"):
        (pod,) = pods(cluster, name)
        code = pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"]
        told[name] = (code, cluster.api.read_logs(pod).split(" after")[0])
    assert told["good"][0] == 0
    assert told["good"][1].startswith("HTTP/1.1 200 OK from web-")
    assert told["port"] == (28, "curl: (28) Failed to connect to web port 8080")
    assert told["name"] == (6, "curl: (6) Could not resolve host: nobody\n")


def test_a_service_without_ready_pods_refuses_the_connection(cluster: KubernetesCluster, kernel: Kernel) -> None:
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    cluster.api.create("services", {"metadata": {"name": "web", "namespace": "default"}, "spec": spec})
    container = {"image": "debian:12", "command": ["curl", "-f", "http://web"]}
    cluster.api.create("jobs.batch", a_job("smoke", container=container, backoffLimit=0))
    kernel.run(60)
    assert condition(cluster, "smoke", "Failed") == ("True", "BackoffLimitExceeded")


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        ({"restart": "Always"}, 422, 'valid values: "OnFailure", "Never"'),
        ({"backoffLimit": -1}, 422, "must be greater than or equal to 0"),
        ({"completionMode": "Indexed"}, 501, "completionMode Indexed"),
        ({"podFailurePolicy": {"rules": []}}, 501, "podFailurePolicy"),
    ],
)
def test_a_job_is_refused(cluster: KubernetesCluster, spec: Json, code: int, words: str) -> None:
    with pytest.raises(ApiError) as caught:
        cluster.api.create("jobs.batch", a_job("smoke", **spec))
    assert caught.value.code == code
    assert words in str(caught.value)


def test_the_template_of_a_job_never_changes(cluster: KubernetesCluster) -> None:
    cluster.api.create("jobs.batch", a_job("smoke"))
    body = {"spec": {"template": {"metadata": {"labels": {"more": "1"}}}}}
    with pytest.raises(ApiError, match="field is immutable"):
        cluster.api.patch("jobs.batch", "smoke", "default", body)
