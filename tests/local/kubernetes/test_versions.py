"""Which APIs a cluster of a version serves, and custom resources."""

import pytest

from local.kubernetes import ApiServer
from local.kubernetes.discovery import document
from tests.local.kubernetes.shop import Json, definition, refused, server, widget

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
WIDGETS = "widgets.example.com"
FLOWS = "flowschemas.flowcontrol.apiserver.k8s.io"


def served(version: str, group: str) -> set[str]:
    api = server(version)
    return {each["version"] for each in document(api, f"/apis/{group}")["versions"]}


@pytest.mark.parametrize(
    ("version", "group", "expected"),
    [
        ("1.24", "batch", {"v1", "v1beta1"}),
        ("1.25", "batch", {"v1"}),
        ("1.24", "policy", {"v1", "v1beta1"}),
        ("1.25", "policy", {"v1"}),
        ("1.25", "autoscaling", {"v2", "v1", "v2beta2"}),
        ("1.26", "autoscaling", {"v2", "v1"}),
        ("1.28", "flowcontrol.apiserver.k8s.io", {"v1beta3", "v1beta2"}),
        ("1.29", "flowcontrol.apiserver.k8s.io", {"v1", "v1beta3"}),
        ("1.31", "flowcontrol.apiserver.k8s.io", {"v1", "v1beta3"}),
        ("1.32", "flowcontrol.apiserver.k8s.io", {"v1"}),
        ("1.33", "networking.k8s.io", {"v1"}),
    ],
)
def test_removed_versions_are_not_served(version: str, group: str, expected: set[str]) -> None:
    assert served(version, group) == expected


def test_kinds_appear_with_their_version() -> None:
    def kinds(version: str) -> set[str]:
        return {each["name"] for each in document(server(version), "/apis/networking.k8s.io/v1")["resources"]}

    assert kinds("1.33") - kinds("1.32") == {"ipaddresses", "servicecidrs", "servicecidrs/status"}


def test_one_object_is_served_under_each_version() -> None:
    api = server("1.31")
    flow = {"apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3", "kind": "FlowSchema", "metadata": {"name": "f"}}
    created = api.create(FLOWS, flow | {"spec": {"matchingPrecedence": 1}}, version="v1beta3", manager="old")
    assert created["apiVersion"] == "flowcontrol.apiserver.k8s.io/v1beta3"
    assert api.get(FLOWS, "f")["apiVersion"] == "flowcontrol.apiserver.k8s.io/v1"
    assert api.get(FLOWS, "f", version="v1beta3")["apiVersion"] == "flowcontrol.apiserver.k8s.io/v1beta3"
    entry = api.get(FLOWS, "f")["metadata"]["managedFields"][0]
    assert (entry["manager"], entry["apiVersion"]) == ("old", "flowcontrol.apiserver.k8s.io/v1beta3")


def test_what_is_applied_in_an_old_version_keeps_that_in_its_managers() -> None:
    api = server("1.31")
    flow = {"apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3", "kind": "FlowSchema", "metadata": {"name": "f"}}
    api.apply(flow | {"spec": {"matchingPrecedence": 1}}, manager="helm")
    flow["apiVersion"] = "flowcontrol.apiserver.k8s.io/v1"
    moved = api.apply(flow | {"spec": {"matchingPrecedence": 2}}, manager="helm")
    assert [entry["apiVersion"] for entry in moved["metadata"]["managedFields"]] == ["flowcontrol.apiserver.k8s.io/v1"]


def test_discovery_lists_groups_resources_and_subresources(api: ApiServer) -> None:
    assert document(api, "/api")["versions"] == ["v1"]
    groups = {each["name"]: each["preferredVersion"]["groupVersion"] for each in document(api, "/apis")["groups"]}
    assert groups["apps"] == "apps/v1"
    assert groups["autoscaling"] == "autoscaling/v2"
    core: dict[str, Json] = {each["name"]: each for each in document(api, "/api/v1")["resources"]}
    assert core["pods"]["shortNames"] == ["po"]
    assert core["nodes"]["namespaced"] is False
    assert core["pods/eviction"]["kind"] == "Eviction"
    assert {"pods/status", "namespaces/status"} <= set(core)


def test_the_version_is_the_clusters(api: ApiServer) -> None:
    assert (document(api, "/version")["major"], document(api, "/version")["minor"]) == ("1", "33")


def test_a_definition_makes_its_resource(api: ApiServer) -> None:
    with refused() as refusal:
        api.list(WIDGETS)
    assert refusal.said == (404, "NotFound", "the server could not find the requested resource")
    api.create(CRDS, definition())
    api.apply(widget(), manager="norikae")
    assert [each["kind"] for each in api.list(WIDGETS)] == ["Widget"]
    listed = document(api, "/apis/example.com/v1")["resources"]
    assert [each["name"] for each in listed] == ["widgets", "widgets/status"]


def test_deleting_a_definition_takes_its_objects_along(api: ApiServer) -> None:
    gone: list[tuple[str, str]] = []
    api.create(CRDS, definition())
    api.create(WIDGETS, widget())
    api.subscribe(lambda kind, resource, _: gone.append((kind, resource)))
    api.delete(CRDS, "widgets.example.com")
    assert gone == [("DELETED", WIDGETS), ("DELETED", CRDS)]
    with refused() as refusal:
        api.get(WIDGETS, "one", "shop")
    assert refusal.said[2] == "the server could not find the requested resource"


def test_a_definition_can_stop_serving_a_version(api: ApiServer) -> None:
    two = definition()
    two["spec"]["versions"].insert(0, {"name": "v1alpha1", "served": True, "storage": False})
    api.create(CRDS, two)
    assert api.catalog.named(WIDGETS).versions == ("v1", "v1alpha1")
    api.create(WIDGETS, widget() | {"apiVersion": "example.com/v1alpha1"}, version="v1alpha1")
    two["spec"]["versions"][0]["served"] = False
    api.apply(two, manager="owner", force=True)
    with refused() as refusal:
        api.get(WIDGETS, "one", "shop", version="v1alpha1")
    assert refusal.error.code == 404
    assert api.get(WIDGETS, "one", "shop")["apiVersion"] == "example.com/v1"


def test_refuses_version_that_is_not_served(api: ApiServer) -> None:
    budget = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}}
    with refused() as refusal:
        api.apply(budget, manager="norikae")
    assert refusal.said == (404, "NotFound", "the server could not find the requested resource")


def test_refuses_object_of_another_version_than_the_path(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("deployments.apps", {"apiVersion": "apps/v2", "kind": "Deployment"}, namespace="shop")
    why = "the API version in the data (apps/v2) does not match the expected API version (apps/v1)"
    assert refusal.said == (400, "BadRequest", why)


def test_refuses_conversion_between_schemas_that_differ(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("horizontalpodautoscalers.autoscaling", {"metadata": {"name": "a"}}, namespace="shop", version="v1")
    assert refusal.said[:2] == (501, "NotImplemented")


def test_refuses_cluster_that_is_too_old() -> None:
    with pytest.raises(ValueError, match=r"at least 1\.23"):
        server("1.22")
