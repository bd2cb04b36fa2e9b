"""The CSI driver as it is: the version of the moment in which a pod started, until the pod is another one."""

from typing import Any

import pytest

from local.secrets.csi_driver import STATUSES
from tests.local.cluster.building import deployment
from tests.local.secrets.safe import People

ROLE = "arn:aws:iam::123456789012:role/shop"
VOLUME = {
    "name": "db",
    "csi": {
        "driver": "secrets-store.csi.k8s.io",
        "readOnly": True,
        "volumeAttributes": {"secretProviderClass": "db"},
    },
}


def provider_class(objects: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"provider": "aws", "parameters": {"objects": objects}, **spec},
    }


@pytest.fixture
def shop(people: People) -> People:
    people.install_by_hand("secrets-store-csi-driver.yaml")
    people.safe.roles["shop", "default"] = ROLE
    people.safe.put("prod/db", "v1", {"password": "one"})
    people.apply(provider_class('- objectName: "prod/db"\n  objectType: "secretsmanager"\n'))
    return people


def start(people: People, replicas: int = 1) -> None:
    people.apply(deployment("web", replicas, namespace="shop", pod={"volumes": [VOLUME]}), wait=60)


def mounted(people: People) -> list[list[dict[str, str]]]:
    return [one["status"]["objects"] for one in people.api.list(STATUSES, "shop")]


def test_a_pod_starts_with_the_version_of_that_moment(shop: People) -> None:
    start(shop)
    assert len(shop.cluster.ready_pods("shop", {"app": "web"})) == 1
    (status,) = shop.api.list(STATUSES, "shop")
    (pod,) = shop.api.list("pods", "shop")
    assert status["metadata"]["name"] == f"{pod['metadata']['name']}-shop-db"
    assert status["status"]["podName"] == pod["metadata"]["name"]
    assert status["status"]["objects"] == [{"id": "prod_db", "version": "v1"}]


def test_a_rotation_changes_nothing_until_the_pods_are_replaced(shop: People) -> None:
    start(shop)
    shop.safe.put("prod/db", "v2", {"password": "two"})
    shop.kernel.run(7200)
    assert mounted(shop) == [[{"id": "prod_db", "version": "v1"}]]
    body = {"spec": {"template": {"metadata": {"annotations": {"restarted": "1"}}}}}
    shop.api.patch("deployments.apps", "web", "shop", body, manager="norikae")
    shop.kernel.run(120)
    assert mounted(shop) == [[{"id": "prod_db", "version": "v2"}]]
    assert len(shop.safe.calls) == 2


def test_every_pod_costs_a_call(shop: People) -> None:
    start(shop, replicas=4)
    assert len(shop.safe.calls) == 4


def test_aliases_and_parts_have_files_of_their_own(shop: People) -> None:
    objects = (
        '- objectName: "prod/db"\n  objectType: "secretsmanager"\n  objectAlias: all\n'
        "  jmesPath: [{path: password, objectAlias: password}]\n"
    )
    shop.apply(provider_class(objects))
    start(shop)
    assert mounted(shop) == [[{"id": "all", "version": "v1"}, {"id": "password", "version": "v1"}]]


def test_a_pod_without_the_right_to_the_secret_does_not_start(shop: People) -> None:
    del shop.safe.roles["shop", "default"]
    start(shop)
    assert not shop.cluster.ready_pods("shop", {"app": "web"})
    (event,) = [one for one in shop.api.list("events", "shop") if one["reason"] == "FailedMount"]
    assert "failed to mount secrets store objects" in event["message"]
    shop.safe.roles["shop", "default"] = ROLE
    shop.kernel.run(180)
    assert shop.cluster.ready_pods("shop", {"app": "web"})


def test_without_the_driver_no_pod_starts(shop: People) -> None:
    shop.api.delete("daemonsets.apps", "csi-secrets-store", "kube-system")
    shop.kernel.run(60)
    start(shop)
    assert not shop.cluster.ready_pods("shop", {"app": "web"})
    assert shop.safe.calls == []


@pytest.mark.parametrize(
    "objects",
    [
        '- objectName: "prod/parameter"\n  objectType: ssmparameter\n',
        '- objectName: "prod/db"\n  objectType: secretsmanager\n  objectTemplate: "{{ . }}"\n',
        '- objectName: "prod/nothing"\n  objectType: secretsmanager\n',
    ],
)
def test_what_can_not_be_mounted_keeps_the_pod_from_starting(shop: People, objects: str) -> None:
    shop.apply(provider_class(objects))
    start(shop)
    assert not shop.cluster.ready_pods("shop", {"app": "web"})
