"""The client asks an API server for what norikae needs, and understands its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.adapters.kubernetes import client as client_module
from norikae.errors import ConflictError, CredentialsExpiredError, NotFoundError, RefusedError, UnreachableError
from tests.cluster.kubeconfig import Access
from tests.cluster.visitor import Visitor

if TYPE_CHECKING:
    from tests.cluster.conftest import Cluster

MISSING = (RefusedError, UnreachableError, NotFoundError)


def test_the_api_server_is_ready(cluster: Cluster) -> None:
    assert cluster.admin.is_ready()


def test_what_is_created_can_be_read_and_is_not_created_twice(cluster: Cluster) -> None:
    created = cluster.admin.create(cluster.config_map("created", colour="blue"))
    assert created["metadata"]["uid"]
    found = cluster.admin.get("configmaps", "created", cluster.namespace)
    assert found is not None
    assert found["data"] == {"colour": "blue"}
    with pytest.raises(ConflictError):
        cluster.admin.create(cluster.config_map("created"))


def test_what_is_not_there_is_none(cluster: Cluster) -> None:
    assert cluster.admin.get("configmaps", "nothing", cluster.namespace) is None
    assert cluster.admin.get("widgets.example.com", "nothing", cluster.namespace) is None
    assert cluster.admin.list("widgets.example.com") == []
    assert not cluster.admin.delete("configmaps", "nothing", cluster.namespace)


def test_a_list_is_read_over_all_pages(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        cluster.admin.apply(cluster.config_map(f"page-{number}"))
    monkeypatch.setattr(client_module, "PAGE", 2)
    names = [obj["metadata"]["name"] for obj in cluster.admin.list("configmaps", cluster.namespace)]
    assert [name for name in names if name.startswith("page-")] == [f"page-{number}" for number in range(5)]


def test_lists_are_narrowed_by_the_server(cluster: Cluster) -> None:
    for name in ("one", "two"):
        cluster.admin.apply(cluster.config_map(name))
    by_label = cluster.admin.list("configmaps", cluster.namespace, labels="app=two")
    by_field = cluster.admin.list("configmaps", cluster.namespace, fields="metadata.name=one")
    assert [[obj["metadata"]["name"] for obj in found] for found in (by_label, by_field)] == [["two"], ["one"]]


def test_a_patch_with_an_old_version_is_a_conflict(cluster: Cluster) -> None:
    first = cluster.admin.apply(cluster.config_map("patched", blue="100"))
    body = {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}, "data": {"blue": "95"}}
    assert cluster.admin.patch("configmaps", "patched", cluster.namespace, body)["data"] == {"blue": "95"}
    with pytest.raises(ConflictError):
        cluster.admin.patch("configmaps", "patched", cluster.namespace, body)


def test_a_json_patch_changes_one_place(cluster: Cluster) -> None:
    cluster.admin.apply(cluster.config_map("place", blue="100", green="0"))
    body = [{"op": "replace", "path": "/data/green", "value": "5"}]
    patched = cluster.admin.patch("configmaps", "place", cluster.namespace, body, kind="json")
    assert patched["data"] == {"blue": "100", "green": "5"}


def test_a_finalizer_keeps_the_object_until_it_is_gone(cluster: Cluster) -> None:
    obj = cluster.config_map("kept")
    obj["metadata"]["finalizers"] = ["norikae.dev/test"]
    cluster.admin.apply(obj)
    assert cluster.admin.delete("configmaps", "kept", cluster.namespace)
    found = cluster.admin.get("configmaps", "kept", cluster.namespace)
    assert found is not None
    assert "deletionTimestamp" in found["metadata"]
    cluster.admin.patch("configmaps", "kept", cluster.namespace, {"metadata": {"finalizers": None}})
    assert cluster.admin.get("configmaps", "kept", cluster.namespace) is None


def test_an_invalid_object_is_refused_with_the_words_of_kubernetes(cluster: Cluster) -> None:
    with pytest.raises(RefusedError, match=r"metadata\.name"):
        cluster.admin.apply(cluster.config_map("Not_A_Name"))


def test_an_api_version_that_is_not_served_is_said_so(cluster: Cluster) -> None:
    old = {"apiVersion": "flowcontrol.apiserver.k8s.io/v1beta1", "kind": "FlowSchema", "metadata": {"name": "old"}}
    with pytest.raises(RefusedError, match=r"does not serve flowcontrol\.apiserver\.k8s\.io/v1beta1 FlowSchema"):
        cluster.admin.apply(old)


def test_kinds_outside_the_table_are_discovered(cluster: Cluster) -> None:
    assert isinstance(cluster.admin.list("flowschemas.flowcontrol.apiserver.k8s.io"), list)
    assert cluster.admin.list("limitranges", cluster.namespace) == []


def test_a_custom_resource_is_found_as_soon_as_it_is_served(cluster: Cluster, applications: str) -> None:
    assert cluster.admin.list(applications, cluster.namespace) == []


def test_a_service_without_pods_cannot_be_asked(cluster: Cluster) -> None:
    metadata = {"name": "silent", "namespace": cluster.namespace}
    spec = {"ports": [{"name": "https", "port": 443}], "selector": {"app": "nobody"}}
    cluster.admin.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    with pytest.raises(UnreachableError, match="no endpoints available"):
        cluster.admin.proxied("https:silent:443", cluster.namespace, "/")
    with pytest.raises(MISSING):
        cluster.admin.proxied("https:absent:443", cluster.namespace, "/")


def test_a_service_account_gets_a_token_for_an_audience(cluster: Cluster) -> None:
    metadata = {"name": "files", "namespace": cluster.namespace}
    cluster.admin.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    token = cluster.admin.service_account_token("files", cluster.namespace, "sts.amazonaws.com")
    assert token.count(".") == 2


def test_a_token_that_nobody_knows_is_an_expired_one(cluster: Cluster) -> None:
    stranger = Visitor(Access(cluster.access.server, cluster.access.ca, "unknown", ""))
    with pytest.raises(CredentialsExpiredError, match="401"):
        stranger.list("nodes")
    assert not stranger.is_ready()
