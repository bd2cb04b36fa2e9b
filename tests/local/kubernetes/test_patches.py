"""Merge, JSON and strategic patches."""

from typing import Any

import pytest

from local.kubernetes import ApiServer
from tests.local.kubernetes.shop import Json, config, definition, deployment, refused, widget

DEPLOYMENTS = "deployments.apps"


@pytest.fixture
def shop(api: ApiServer) -> ApiServer:
    api.create("configmaps", config(colour="blue", size="3"))
    api.create(DEPLOYMENTS, deployment())
    api.create("nodes", {"metadata": {"name": "node-1"}, "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}})
    return api


def test_a_merge_patch_removes_with_null(shop: ApiServer) -> None:
    patched = shop.patch("configmaps", "settings", "shop", {"data": {"size": None, "shape": "round"}})
    assert patched["data"] == {"colour": "blue", "shape": "round"}


def test_a_merge_patch_replaces_lists(shop: ApiServer) -> None:
    body = {"spec": {"template": {"spec": {"containers": [{"name": "other", "image": "x"}]}}}}
    patched = shop.patch(DEPLOYMENTS, "web", "shop", body)
    assert [each["name"] for each in patched["spec"]["template"]["spec"]["containers"]] == ["other"]


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "/data/a~1b", "value": "x"}], {"colour": "blue", "size": "3", "a/b": "x"}),
        ([{"op": "replace", "path": "/data/size", "value": "4"}], {"colour": "blue", "size": "4"}),
        ([{"op": "remove", "path": "/data/size"}], {"colour": "blue"}),
        ([{"op": "move", "from": "/data/size", "path": "/data/width"}], {"colour": "blue", "width": "3"}),
        ([{"op": "copy", "from": "/data/size", "path": "/data/width"}], {"colour": "blue", "size": "3", "width": "3"}),
        ([{"op": "test", "path": "/data/size", "value": "3"}], {"colour": "blue", "size": "3"}),
    ],
)
def test_a_json_patch_does_its_operations(shop: ApiServer, operations: list[Json], expected: Json) -> None:
    assert shop.patch("configmaps", "settings", "shop", operations, kind="json")["data"] == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/data/size", "value": "4"},
        {"op": "replace", "path": "/data/absent", "value": "4"},
        {"op": "remove", "path": "/data/absent"},
        {"op": "add", "path": "/metadata/finalizers/-", "value": "a.io/b"},
        {"op": "shout", "path": "/data/size"},
    ],
)
def test_refuses_json_patch_that_does_not_fit(shop: ApiServer, operation: Json) -> None:
    with refused() as refusal:
        shop.patch("configmaps", "settings", "shop", [operation], kind="json")
    assert refusal.said == (422, "Invalid", "the server rejected our request due to an error in our request")


def test_json_patch_counts_list_places(shop: ApiServer) -> None:
    operations = [
        {"op": "add", "path": "/spec/taints/0", "value": {"key": "first"}},
        {"op": "add", "path": "/spec/taints/-", "value": {"key": "last"}},
        {"op": "remove", "path": "/spec/taints/1"},
    ]
    patched = shop.patch("nodes", "node-1", None, operations, kind="json")
    assert [each["key"] for each in patched["spec"]["taints"]] == ["first", "last"]


@pytest.mark.parametrize(
    ("pod_spec", "expected"),
    [
        ({"containers": [{"name": "web", "image": "web:2"}]}, [("web", "web:2", 8080)]),
        ({"containers": [{"name": "side", "image": "s:1"}]}, [("web", "web:1", 8080), ("side", "s:1", None)]),
        (
            {"containers": [{"name": "web", "$patch": "delete"}, {"name": "side", "image": "s:1"}]},
            [("side", "s:1", None)],
        ),
        ({"containers": [{"$patch": "replace"}, {"name": "side", "image": "s:1"}]}, [("side", "s:1", None)]),
    ],
)
def test_a_strategic_patch_finds_containers_by_name(shop: ApiServer, pod_spec: Json, expected: Any) -> None:
    patched = shop.patch(DEPLOYMENTS, "web", "shop", {"spec": {"template": {"spec": pod_spec}}}, kind="strategic")
    found = [
        (each["name"], each["image"], each["ports"][0]["containerPort"] if "ports" in each else None)
        for each in patched["spec"]["template"]["spec"]["containers"]
    ]
    assert found == expected


def test_a_strategic_patch_replaces_all_taints_of_a_node_and_merges_its_labels(shop: ApiServer) -> None:
    body = {"metadata": {"labels": {"a": "b"}}, "spec": {"taints": [{"key": "b", "effect": "NoExecute"}]}}
    patched = shop.patch("nodes", "node-1", None, body, kind="strategic")
    assert patched["spec"]["taints"] == [{"key": "b", "effect": "NoExecute"}]
    more = {"metadata": {"labels": {"c": "d"}, "annotations": {"e": "f"}}, "spec": {"unschedulable": True}}
    patched = shop.patch("nodes", "node-1", None, more, kind="strategic")
    assert (patched["metadata"]["labels"], patched["metadata"]["annotations"]) == ({"a": "b", "c": "d"}, {"e": "f"})
    assert (len(patched["spec"]["taints"]), patched["spec"]["unschedulable"]) == (1, True)


def test_a_json_patch_takes_a_taint_away_only_where_it_was_seen(shop: ApiServer) -> None:
    operations = [
        {"op": "test", "path": "/spec/taints/0/key", "value": "a"},
        {"op": "remove", "path": "/spec/taints/0"},
    ]
    assert shop.patch("nodes", "node-1", None, operations, kind="json")["spec"]["taints"] == []
    with refused() as refusal:
        shop.patch("nodes", "node-1", None, operations, kind="json")
    assert refusal.said[:2] == (422, "Invalid")


def test_a_strategic_patch_knows_finalizers_and_retained_keys(shop: ApiServer) -> None:
    for finalizer in ("a.io/b", "c.io/d"):
        held = shop.patch("nodes", "node-1", None, {"metadata": {"finalizers": [finalizer]}}, kind="strategic")
    assert held["metadata"]["finalizers"] == ["a.io/b", "c.io/d"]
    freed = {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a.io/b"]}}
    assert shop.patch("nodes", "node-1", None, freed, kind="strategic")["metadata"]["finalizers"] == ["c.io/d"]
    strategy = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    shop.patch(DEPLOYMENTS, "web", "shop", strategy)
    recreate = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    patched = shop.patch(DEPLOYMENTS, "web", "shop", recreate, kind="strategic")
    assert patched["spec"]["strategy"] == {"type": "Recreate"}


def test_a_strategic_patch_may_empty_or_replace_a_map(shop: ApiServer) -> None:
    body: Json = {"metadata": {"labels": {"$patch": "replace", "app": "web"}}, "spec": {"paused": None}}
    assert shop.patch(DEPLOYMENTS, "web", "shop", body, kind="strategic")["metadata"]["labels"] == {"app": "web"}
    body = {"metadata": {"labels": {"$patch": "delete"}}}
    assert shop.patch(DEPLOYMENTS, "web", "shop", body, kind="strategic")["metadata"]["labels"] == {}


def test_refuses_strategic_patch_of_a_custom_resource(shop: ApiServer) -> None:
    shop.create("customresourcedefinitions.apiextensions.k8s.io", definition())
    shop.create("widgets.example.com", widget())
    with refused() as refusal:
        shop.patch("widgets.example.com", "one", "shop", {}, kind="strategic")
    assert refusal.said[:2] == (415, "UnsupportedMediaType")


def test_refuses_strategic_patch_directive_outside_its_scope(shop: ApiServer) -> None:
    body = {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "web"}]}}}}
    with refused() as refusal:
        shop.patch(DEPLOYMENTS, "web", "shop", body, kind="strategic")
    assert refusal.said[:2] == (501, "NotImplemented")


def test_refuses_strategic_patch_item_without_its_merge_key(shop: ApiServer) -> None:
    body = {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}}
    with refused() as refusal:
        shop.patch(DEPLOYMENTS, "web", "shop", body, kind="strategic")
    assert refusal.said[:2] == (400, "BadRequest")
    assert "does not contain declared merge key: name" in refusal.error.message
