"""A central Argo CD that deploys to other clusters, by the Secrets that it has for them."""

import base64
import json
from typing import Any

import pytest

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE
from local.cluster.argocd.sites import ConnectError
from local.cluster.cluster import KubernetesCluster
from local.cluster.informer import Informer
from local.kernel import Kernel
from local.kubernetes import ApiServer, User
from tests.local.cluster.building import Argo, cluster_named, config_map, web

Json = dict[str, Any]

GREEN = "https://green.example.com"
ADMIN = User("argocd", ("system:masters",))


class Hub(Argo):
    """Argo CD in a cluster of its own, and the cluster that it deploys to."""

    def __init__(self, kernel: Kernel) -> None:
        self.users: dict[str, User] = {"argocd": ADMIN}
        super().__init__(
            kernel, {"shop/web.yaml": web(), "shop/settings.yaml": config_map("settings")}, reach=self.reach
        )
        self.green = cluster_named(kernel, "demo-1-35-a", "1.35")

    def reach(self, server: str, config: Json) -> tuple[ApiServer, Informer, User]:
        user = self.users.get(config["awsAuthConfig"]["roleARN"])
        if server != GREEN or self.green.informer.is_closed:
            raise ConnectError(f'failed to get server version: Get "{server}/version?timeout=32s": no such host')
        if user is None:
            raise ConnectError(
                "failed to get server version: the server has asked for the client to provide credentials"
            )
        return self.green.api, self.green.informer, user

    def know(self, name: str = "demo-1-35-a", server: str = GREEN, **annotations: str) -> None:
        config = {"awsAuthConfig": {"clusterName": name, "roleARN": "argocd"}, "tlsClientConfig": {"insecure": True}}
        values = {"name": name, "server": server, "config": json.dumps(config)}
        meta: Json = {"name": f"cluster-{name}", "namespace": NAMESPACE, "annotations": annotations}
        meta["labels"] = {"argocd.argoproj.io/secret-type": "cluster"}
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        self.api.create("secrets", {"metadata": meta, "data": data}, manager="kubectl")

    def shop(self, **destination: str) -> None:
        self.application()
        wanted = {"name": "demo-1-35-a", "server": None, "namespace": "default"} | destination
        self.api.patch(APPLICATIONS, "shop", NAMESPACE, {"spec": {"destination": wanted}}, manager="kubectl")

    def condition(self) -> str:
        found: Json = self.status()["conditions"][0]
        return f"{found['type']}: {found['message']}"


@pytest.fixture
def hub(kernel: Kernel) -> Hub:
    return Hub(kernel)


def names(cluster: KubernetesCluster) -> list[str]:
    return [one["metadata"]["name"] for one in cluster.api.list("deployments.apps", "default")]


def test_an_application_is_deployed_to_the_cluster_that_its_destination_names(hub: Hub, kernel: Kernel) -> None:
    hub.know()
    hub.shop()
    hub.sync()
    hub.run_until_phase("Succeeded")
    kernel.run(60)
    assert hub.summary() == ("Synced", "Healthy")
    assert (names(hub.green), names(hub.cluster)) == (["web"], [])


def test_a_cluster_may_be_named_by_its_url_too(hub: Hub) -> None:
    hub.know()
    hub.application()
    destination = {"server": GREEN, "namespace": "default"}
    hub.api.patch(APPLICATIONS, "shop", NAMESPACE, {"spec": {"destination": destination}}, manager="kubectl")
    hub.sync()
    hub.run_until_phase("Succeeded")
    assert names(hub.green) == ["web"]


def test_a_change_in_the_other_cluster_is_seen_at_once(hub: Hub, kernel: Kernel) -> None:
    hub.know()
    hub.shop()
    hub.sync()
    hub.run_until_phase("Succeeded")
    kernel.run(60)
    hub.green.api.patch("deployments.apps", "web", "default", {"spec": {"replicas": 3}}, manager="jo")
    kernel.run(5)
    assert hub.summary()[0] == "OutOfSync"


def test_a_cluster_without_a_secret_is_not_known(hub: Hub, kernel: Kernel) -> None:
    hub.shop()
    kernel.run(5)
    assert hub.condition() == (
        "InvalidSpecError: unable to find destination server: there are no clusters with this name: demo-1-35-a"
    )
    hub.know()
    hub.refresh()
    kernel.run(5)
    assert hub.status()["sync"]["status"] == "OutOfSync"


def test_a_role_without_an_access_entry_does_not_get_in(hub: Hub) -> None:
    hub.know()
    hub.users.clear()
    hub.shop()
    hub.sync()
    hub.run_until_phase("Error")
    assert "the server has asked for the client to provide credentials" in hub.state()["message"]
    assert hub.condition().startswith(
        f'ComparisonError: Failed to load live state: failed to get cluster info for "{GREEN}"'
    )
    hub.users["argocd"] = ADMIN
    hub.sync()
    hub.run_until_phase("Succeeded")


def test_a_role_that_may_not_list_everything_sees_nothing(hub: Hub, kernel: Kernel) -> None:
    hub.know()
    hub.users["argocd"] = User("argocd")
    hub.shop()
    kernel.run(5)
    assert 'User "argocd" cannot list resource "pods" in API group "" at the cluster scope' in hub.condition()


def test_a_project_may_keep_an_application_out_of_a_cluster(hub: Hub, kernel: Kernel) -> None:
    hub.know()
    body = {"spec": {"destinations": [{"name": "demo-1-33", "namespace": "*"}]}}
    hub.api.patch("appprojects.argoproj.io", "default", NAMESPACE, body, manager="kubectl")
    hub.shop()
    kernel.run(5)
    assert "do not match any of the allowed destinations in project 'default'" in hub.condition()


def test_a_cluster_that_is_skipped_is_left_alone(hub: Hub, kernel: Kernel) -> None:
    hub.know(**{"argocd.argoproj.io/skip-reconcile": "true"})
    hub.shop()
    hub.sync()
    kernel.run(60)
    assert (hub.status(), names(hub.green)) == ({}, [])


def test_an_application_of_a_cluster_that_is_gone_waits_until_its_secret_is_gone_too(hub: Hub, kernel: Kernel) -> None:
    hub.know()
    hub.shop()
    body = {"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}}
    hub.api.patch(APPLICATIONS, "shop", NAMESPACE, body, manager="kubectl")
    hub.sync()
    hub.run_until_phase("Succeeded")
    hub.green.stop()
    hub.api.delete(APPLICATIONS, "shop", NAMESPACE)
    kernel.run(60)
    assert hub.app()["metadata"]["deletionTimestamp"]
    hub.api.delete("secrets", "cluster-demo-1-35-a", NAMESPACE)
    kernel.run(60)
    assert hub.api.list(APPLICATIONS, NAMESPACE) == []


def test_two_clusters_of_one_name_are_no_destination(hub: Hub, kernel: Kernel) -> None:
    hub.know()
    meta = {"name": "another", "namespace": NAMESPACE}
    known = hub.api.get("secrets", "cluster-demo-1-35-a", NAMESPACE)
    labels = {"labels": known["metadata"]["labels"]}
    hub.api.create("secrets", {"metadata": meta | labels, "data": known["data"]}, manager="kubectl")
    hub.shop()
    kernel.run(5)
    assert f"there are 2 clusters with the same name: [{GREEN} {GREEN}]" in hub.condition()
