"""What must not run twice, over the wire: with the rights of the hand-off alone, and beside Argo CD's own writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from norikae.cluster import rbac
from norikae.errors import RefusedError
from norikae.singletons.policy import is_set_by_git
from norikae.singletons.running import carry_last_run, start, still_runs, stop
from norikae.singletons.suspend import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes import ApiServer
    from norikae.adapters.kubernetes.client import KubernetesClient

Json = dict[str, Any]
CRON_JOBS, DEPLOYMENTS = "cronjobs.batch", "deployments.apps"
MANIFEST = list(yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))
POD = {"restartPolicy": "Never", "containers": [{"name": "work", "image": "worker:1"}]}


def nightly(**spec: Any) -> Json:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": "shop"},
        "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": POD}}}, **spec},
    }


def consumer(**spec: Any) -> Json:
    labels = {"app": "consumer"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": POD["containers"]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "consumer", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


@pytest.fixture
def hander(client: KubernetesClient, as_user: Callable[[str], KubernetesClient]) -> KubernetesClient:
    """Somebody with the rights of the hand-off, in a cluster with a namespace."""
    rbac.apply(client, rbac.for_namespace(MANIFEST, "argocd"))
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    return as_user("hander")


def read(client: KubernetesClient, resource: str, name: str) -> Json:
    found = client.get(resource, name, "shop")
    assert found is not None
    return found


def test_the_rights_of_the_hand_off_are_enough_to_stop_and_to_start(
    client: KubernetesClient, hander: KubernetesClient
) -> None:
    client.create(nightly())
    client.create(consumer(replicas=3))
    for resource, name, size in ((CRON_JOBS, "nightly", 1), (DEPLOYMENTS, "consumer", 3)):
        stop(hander, "run-1", resource, read(hander, resource, name))
        stopped = read(hander, resource, name)
        assert stopped["metadata"]["annotations"][MARK] == "run-1"
        still_runs(hander, resource, stopped)
        start(hander, resource, stopped, size)
        assert MARK not in (read(hander, resource, name)["metadata"].get("annotations") or {})
    assert read(hander, CRON_JOBS, "nightly")["spec"]["suspend"] is False
    assert read(hander, DEPLOYMENTS, "consumer")["spec"]["replicas"] == 3


def test_when_it_last_ran_is_written_beside_its_specification(
    client: KubernetesClient, hander: KubernetesClient
) -> None:
    waiting = client.create(nightly(suspend=True))
    left = {"status": {"lastScheduleTime": "2026-11-24T18:00:00Z", "lastSuccessfulTime": "2026-11-24T18:00:09Z"}}
    carry_last_run(hander, CRON_JOBS, left, waiting)
    carried = read(hander, CRON_JOBS, "nightly")
    assert carried["status"] == left["status"]
    assert carried["metadata"]["generation"] == 1
    assert carried["spec"]["suspend"] is True


def test_the_rights_of_the_hand_off_are_no_more_than_that(client: KubernetesClient, hander: KubernetesClient) -> None:
    client.create(nightly())
    for refused in (
        lambda: hander.list(CRON_JOBS),
        lambda: hander.create(consumer()),
        lambda: hander.delete(CRON_JOBS, "nightly", "shop"),
        lambda: hander.list("secrets", "shop"),
        lambda: hander.get("secrets", "token", "shop"),
        lambda: hander.get("pods", "consumer-1", "shop"),
    ):
        with pytest.raises(RefusedError, match="403"):
            refused()


def test_after_the_hand_off_git_alone_decides(
    server: ApiServer, client: KubernetesClient, hander: KubernetesClient
) -> None:
    """A server-side apply could not remove a field that norikae's own entry still holds."""
    client.create(nightly(suspend=True, startingDeadlineSeconds=60))
    server.apply(nightly(startingDeadlineSeconds=60), manager="argocd-controller")
    synced = read(hander, CRON_JOBS, "nightly")
    assert synced["spec"]["suspend"] is True, "a sync leaves alone what Git does not have"
    assert not is_set_by_git(CRON_JOBS, synced)
    start(hander, CRON_JOBS, synced, 1)
    server.apply(nightly(), manager="argocd-controller")
    assert "startingDeadlineSeconds" not in read(hander, CRON_JOBS, "nightly")["spec"]


def test_a_manifest_that_sets_the_switch_is_recognised(server: ApiServer, hander: KubernetesClient) -> None:
    server.apply(nightly(suspend=False), manager="argocd-controller")
    assert is_set_by_git(CRON_JOBS, read(hander, CRON_JOBS, "nightly"))
    server.apply(consumer(replicas=2), manager="argocd-controller")
    assert is_set_by_git(DEPLOYMENTS, read(hander, DEPLOYMENTS, "consumer"))
