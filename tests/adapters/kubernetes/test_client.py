"""The client against an API server on the wire: the same verbs, the same refusals, in norikae's words."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from local.kubernetes import certificates
from norikae.adapters.kubernetes import client as client_module
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.errors import ConflictError, CredentialsExpiredError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes import ApiServer
    from local.kubernetes.endpoint import Endpoint


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
        "data": data,
    }


WIDGETS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1alpha3",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


def test_what_is_applied_can_be_read(client: KubernetesClient) -> None:
    applied = client.apply(config_map("colours", blue="100"))
    assert applied["metadata"]["managedFields"][0]["manager"] == "norikae"
    found = client.get("configmaps", "colours", "default")
    assert found is not None
    assert found["data"] == {"blue": "100"}


def test_what_is_not_there_is_none(client: KubernetesClient) -> None:
    assert client.get("configmaps", "nothing", "default") is None
    assert client.get("widgets.example.com", "nothing", "default") is None


def test_applying_without_a_field_removes_it(client: KubernetesClient) -> None:
    client.apply(config_map("colours", blue="100", green="0"))
    assert client.apply(config_map("colours", blue="50"))["data"] == {"blue": "50"}


def test_a_dry_run_changes_nothing(client: KubernetesClient) -> None:
    assert client.apply(config_map("colours", blue="100"), dry_run=True)["data"] == {"blue": "100"}
    assert client.get("configmaps", "colours", "default") is None


def test_a_list_is_read_over_all_pages(client: KubernetesClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        client.apply(config_map(f"page-{number}"))
    monkeypatch.setattr(client_module, "PAGE", 2)
    names = [obj["metadata"]["name"] for obj in client.list("configmaps", "default")]
    assert [name for name in names if name.startswith("page-")] == [f"page-{number}" for number in range(5)]


def test_lists_are_narrowed_by_the_server(client: KubernetesClient) -> None:
    client.apply(config_map("one"))
    client.apply(config_map("two"))
    assert [obj["metadata"]["name"] for obj in client.list("configmaps", labels="app=two")] == ["two"]
    assert [obj["metadata"]["name"] for obj in client.list("configmaps", fields="metadata.name=one")] == ["one"]


def test_an_unknown_resource_has_no_objects_and_can_be_neither_applied_nor_patched(client: KubernetesClient) -> None:
    assert client.list("widgets.example.com") == []
    assert not client.delete("widgets.example.com", "a", "default")
    with pytest.raises(RefusedError, match=r"does not know widgets\.example\.com"):
        client.patch("widgets.example.com", "a", "default", {})
    with pytest.raises(RefusedError, match=r"does not serve example\.com/v1alpha3 Widget"):
        client.apply({"apiVersion": "example.com/v1alpha3", "kind": "Widget", "metadata": {"name": "a"}})


def test_a_custom_resource_is_found_by_discovery_as_soon_as_it_is_served(client: KubernetesClient) -> None:
    assert client.list("widgets.example.com") == []
    client.apply(WIDGETS)
    client.apply(
        {"apiVersion": "example.com/v1alpha3", "kind": "Widget", "metadata": {"name": "a"}, "spec": {"size": 3}}
    )
    (widget,) = client.list("widgets.example.com")
    assert widget["spec"] == {"size": 3}
    found = client.get("widgets.example.com", "a", "default")
    assert found is not None


def test_a_core_resource_outside_the_table_is_discovered(client: KubernetesClient) -> None:
    assert client.list("limitranges") == []
    assert client.list("endpointslices.discovery.k8s.io") == []


def test_a_merge_patch_with_an_old_version_is_a_conflict(client: KubernetesClient) -> None:
    first = client.apply(config_map("colours", blue="100"))
    version = first["metadata"]["resourceVersion"]
    body = {"metadata": {"resourceVersion": version}, "data": {"blue": "95"}}
    client.patch("configmaps", "colours", "default", body)
    with pytest.raises(ConflictError, match="the object has been modified"):
        client.patch("configmaps", "colours", "default", body)


def test_a_json_patch_changes_one_place(client: KubernetesClient) -> None:
    client.apply(config_map("colours", blue="100"))
    body = [{"op": "replace", "path": "/data/blue", "value": "0"}]
    assert client.patch("configmaps", "colours", "default", body, kind="json")["data"] == {"blue": "0"}


def test_a_deletion_says_whether_there_was_something(client: KubernetesClient) -> None:
    client.apply(config_map("colours"))
    assert client.delete("configmaps", "colours", "default")
    assert not client.delete("configmaps", "colours", "default")


def test_a_finalizer_keeps_the_object_until_it_is_gone(client: KubernetesClient, server: ApiServer) -> None:
    obj = config_map("colours")
    obj["metadata"]["finalizers"] = ["example.com/hold"]
    server.create("configmaps", obj, namespace="default")
    assert client.delete("configmaps", "colours", "default")
    found = client.get("configmaps", "colours", "default")
    assert found is not None
    assert "deletionTimestamp" in found["metadata"]


def test_an_invalid_object_is_refused_with_the_words_of_kubernetes(client: KubernetesClient) -> None:
    with pytest.raises(RefusedError, match=r"metadata\.name"):
        client.apply(config_map("Not_A_Name"))


def test_the_api_server_is_ready(client: KubernetesClient) -> None:
    assert client.is_ready()


def test_a_server_that_nobody_runs_is_unreachable_and_not_ready(client: KubernetesClient, endpoint: Endpoint) -> None:
    endpoint.close()
    assert not client.is_ready()
    with pytest.raises(UnreachableError):
        client.list("nodes")


def test_another_authority_is_not_trusted(endpoint: Endpoint) -> None:
    foreign = certificates.issue("another", random.Random(2))  # noqa: S311 - repeatable
    stranger = KubernetesClient(endpoint=endpoint.url, ca_pem=foreign.ca, token=lambda: "admin")
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.list("nodes")


def test_a_token_that_has_expired_is_made_again_once(endpoint: Endpoint) -> None:
    made: list[str] = []

    def token() -> str:
        made.append("expired" if not made else "admin")
        return made[-1]

    assert KubernetesClient(endpoint=endpoint.url, ca_pem=endpoint.ca_pem, token=token).list("nodes") == []
    assert made == ["expired", "admin"]


def test_a_token_that_is_never_accepted_is_an_error(as_user: Callable[[str], KubernetesClient]) -> None:
    with pytest.raises(CredentialsExpiredError, match="401"):
        as_user("nobody").list("nodes")
    assert not as_user("nobody").is_ready()


def test_an_object_is_read_in_the_version_in_which_it_is_named(client: KubernetesClient) -> None:
    scaler: dict[str, Any] = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 1,
            "maxReplicas": 3,
        },
    }
    client.apply(scaler)
    found = client.current(scaler)
    assert found is not None
    assert found["apiVersion"] == "autoscaling/v2"
    without = {**scaler, "metadata": {"name": "web"}}
    assert client.current(without) == found


def test_what_is_not_there_or_not_served_has_no_current_object(client: KubernetesClient) -> None:
    assert client.current(config_map("nothing")) is None
    assert client.current({**config_map("nothing"), "apiVersion": "v9"}) is None


@pytest.mark.parametrize(
    ("api_version", "kind", "scope"),
    [
        ("v1", "ConfigMap", "namespaced"),
        ("v1", "Namespace", "cluster"),
        ("policy/v1", "PodDisruptionBudget", "namespaced"),
        ("scheduling.k8s.io/v1", "PriorityClass", "cluster"),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", ""),
        ("example.com/v1", "Widget", ""),
    ],
)
def test_the_scope_of_a_kind_is_what_this_server_serves(
    client: KubernetesClient, api_version: str, kind: str, scope: str
) -> None:
    assert client.scope(api_version, kind) == scope
