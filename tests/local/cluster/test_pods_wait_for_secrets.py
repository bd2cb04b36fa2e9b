"""A pod whose Secret is not there does not start, and starts some time after it is."""

from typing import Any

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import deployment, pods_of, ready

FROM_KEY = {"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]}
WHOLE = {"envFrom": [{"secretRef": {"name": "db"}}]}
MOUNTED = {"volumes": [{"name": "db", "secret": {"secretName": "db"}}]}


def secret(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "default"}, "data": data}


def state(cluster: KubernetesCluster) -> tuple[str, dict[str, str]]:
    (pod,) = pods_of(cluster, "web")
    return pod["status"]["phase"], pod["status"]["containerStatuses"][0]["state"].get("waiting", {})


def test_a_missing_secret_in_the_environment_is_an_error_of_the_container(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    for how in (FROM_KEY, WHOLE):
        cluster.api.apply(deployment("web", 1, container=how), manager="test", force=True)
        kernel.run(90)
        error = {"reason": "CreateContainerConfigError", "message": 'secret "db" not found'}
        assert state(cluster) == ("Pending", error)
        assert ready(cluster, "web") == 0
        cluster.api.delete("deployments.apps", "web", "default")
        kernel.run(60)


def test_it_starts_seconds_after_the_secret_is_there(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.apply(deployment("web", 1, container=FROM_KEY), manager="test")
    kernel.run(60)
    cluster.api.create("secrets", secret(password="czNjcjN0"), manager="test")
    kernel.run(30)
    assert ready(cluster, "web") == 1


def test_a_key_that_the_secret_does_not_have_is_named(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.api.create("secrets", secret(user="YWRtaW4="), manager="test")
    cluster.api.apply(deployment("web", 1, container=FROM_KEY), manager="test")
    kernel.run(60)
    assert state(cluster)[1]["message"] == "couldn't find key password in Secret default/db"


def test_a_missing_secret_of_a_volume_keeps_the_container_from_being_created(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.apply(deployment("web", 1, pod=MOUNTED), manager="test")
    kernel.run(60)
    assert state(cluster) == ("Pending", {"reason": "ContainerCreating"})
    told = [one["message"] for one in cluster.api.list("events", "default") if one["reason"] == "FailedMount"]
    assert told == ['MountVolume.SetUp failed for volume "db" : secret "db" not found']
    cluster.api.create("secrets", secret(password="czNjcjN0"), manager="test")
    kernel.run(150)
    assert ready(cluster, "web") == 1


def test_what_is_optional_is_not_waited_for(cluster: KubernetesCluster, kernel: Kernel) -> None:
    optional = {"envFrom": [{"secretRef": {"name": "db", "optional": True}}]}
    volumes = {"volumes": [{"name": "db", "secret": {"secretName": "db", "optional": True}}]}
    cluster.api.apply(deployment("web", 1, container=optional, pod=volumes), manager="test")
    kernel.run(60)
    assert ready(cluster, "web") == 1


def test_an_inline_volume_needs_its_driver(cluster: KubernetesCluster, kernel: Kernel) -> None:
    volume = {"name": "db", "csi": {"driver": "secrets-store.csi.k8s.io", "readOnly": True}}
    cluster.api.apply(deployment("web", 1, pod={"volumes": [volume]}), manager="test")
    kernel.run(60)
    assert ready(cluster, "web") == 0
    (event,) = [one for one in cluster.api.list("events", "default") if one["reason"] == "FailedMount"]
    assert "secrets-store.csi.k8s.io not found in the list of registered CSI drivers" in event["message"]


def test_a_changed_template_annotation_replaces_the_pods_and_a_changed_secret_does_not(
    cluster: KubernetesCluster, kernel: Kernel
) -> None:
    cluster.api.create("secrets", secret(password="czNjcjN0"), manager="test")
    cluster.api.apply(deployment("web", 2, container=FROM_KEY), manager="test")
    kernel.run(60)
    before = {pod["metadata"]["uid"] for pod in pods_of(cluster, "web")}
    cluster.api.patch("secrets", "db", "default", {"data": {"password": "bmV3"}}, manager="test")
    kernel.run(120)
    assert {pod["metadata"]["uid"] for pod in pods_of(cluster, "web")} == before
    versions = {"norikae.dev/secret-versions": "db=2"}
    body = {"spec": {"template": {"metadata": {"annotations": versions}}}}
    cluster.api.patch("deployments.apps", "web", "default", body, manager="test")
    kernel.run(120)
    after = {pod["metadata"]["uid"] for pod in pods_of(cluster, "web")}
    assert len(after) == 2
    assert not after & before
