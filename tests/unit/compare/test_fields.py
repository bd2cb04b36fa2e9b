"""Every field that a target sets is compared; what it leaves open is none of its business."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.compare.fields import Change, Names, changes
from norikae.compare.objects import comparable
from norikae.compare.quantity import same_quantity

NAMES = Names(blue="demo-1-33", green="demo-1-35-a")


def found(green: Any, blue: Any) -> list[tuple[str, Any, Any, bool]]:
    return [(".".join(one.path), one.green, one.blue, one.by_name) for one in changes(green, blue, NAMES)]


def test_what_the_target_leaves_open_does_not_differ() -> None:
    green = {"spec": {"replicas": 2}}
    blue = {"spec": {"replicas": 2, "revisionHistoryLimit": 10, "strategy": {"type": "RollingUpdate"}}}
    assert found(green, blue) == []


def test_a_changed_field_is_named_by_its_path() -> None:
    assert found({"spec": {"replicas": 2}}, {"spec": {"replicas": 5}}) == [("spec.replicas", 2, 5, False)]


def test_a_field_that_only_the_target_has_differs() -> None:
    assert found({"data": {"LOG_LEVEL": "info"}}, {"data": {}}) == [("data.LOG_LEVEL", "info", None, False)]


@pytest.mark.parametrize("empty", [None, "", False, 0, [], {}, {"limits": {}}])
def test_an_empty_member_is_left_out_by_the_api_server(empty: Any) -> None:
    assert found({"spec": {"member": empty}}, {"spec": {}}) == []


def test_containers_are_compared_by_their_names() -> None:
    green = {"containers": [{"name": "web", "image": "web:2"}, {"name": "proxy", "image": "proxy:1"}]}
    blue = {"containers": [{"name": "proxy", "image": "proxy:1"}, {"name": "web", "image": "web:1"}]}
    assert found(green, blue) == [("containers.web.image", "web:2", "web:1", False)]


def test_an_element_that_only_blue_has_differs() -> None:
    green = {"env": [{"name": "A", "value": "1"}]}
    blue = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    assert found(green, blue) == [("env.B", None, {"name": "B", "value": "2"}, False)]


def test_elements_that_share_their_name_are_compared_by_position() -> None:
    green = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    blue = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "SCTP"}]}
    assert found(green, blue) == [("ports.1.protocol", "TCP", "SCTP", False)]


def test_lists_of_another_length_differ_as_a_whole() -> None:
    assert found({"args": ["--a"]}, {"args": ["--a", "--b"]}) == [("args", ["--a"], ["--a", "--b"], False)]


def test_finalizers_that_others_added_are_theirs() -> None:
    assert found({"metadata": {"finalizers": ["a"]}}, {"metadata": {"finalizers": ["b", "a"]}}) == []
    changed = found({"metadata": {"finalizers": ["a", "c"]}}, {"metadata": {"finalizers": ["a"]}})
    assert changed == [("metadata.finalizers", ["c"], ["a"], False)]


def test_the_name_of_the_cluster_is_told_from_other_changes() -> None:
    green = {"args": ["--txt-owner-id=demo-1-35-a", "--interval=1m"], "labels": {"owner": "demo-1-35-a"}}
    blue = {"args": ["--txt-owner-id=demo-1-33", "--interval=5m"], "labels": {"owner": "demo-1-33"}}
    assert found(green, blue) == [
        ("args.0", "--txt-owner-id=demo-1-35-a", "--txt-owner-id=demo-1-33", True),
        ("args.1", "--interval=1m", "--interval=5m", False),
        ("labels.owner", "demo-1-35-a", "demo-1-33", True),
    ]


def test_a_key_that_holds_the_name_of_the_cluster_is_found_on_blue() -> None:
    green = {"labels": {"kubernetes.io/cluster/demo-1-35-a": "owned"}}
    blue = {"labels": {"kubernetes.io/cluster/demo-1-33": "shared"}}
    path = "labels.kubernetes.io/cluster/demo-1-35-a"
    assert found(green, blue) == [
        (path, "kubernetes.io/cluster/demo-1-35-a", "kubernetes.io/cluster/demo-1-33", True),
        (path, "owned", "shared", False),
    ]


def test_an_element_whose_name_holds_the_name_of_the_cluster_is_found_on_blue() -> None:
    green = [{"name": "volume-demo-1-35-a", "size": "1"}]
    assert found(green, [{"name": "volume-demo-1-33", "size": "1"}]) == [
        ("volume-demo-1-35-a.name", "volume-demo-1-35-a", "volume-demo-1-33", True)
    ]


def test_amounts_are_the_same_in_any_form_where_amounts_are() -> None:
    green = {"resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}}, "version": "1.0"}
    blue = {"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}, "version": "1"}
    assert found(green, blue) == [("version", "1.0", "1", False)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0.5", "500m", True),
        (2, "2", True),
        ("1e3", "1k", True),
        ("1E", "1000P", True),
        ("1Ki", "1024", True),
        ("1G", "1Gi", False),
        ("100u", "100000n", True),
        ("many", "many", False),
        (True, 1, False),
        (None, "0", False),
    ],
)
def test_quantities(one: object, other: object, same: bool) -> None:  # noqa: FBT001 - a column of the table
    assert same_quantity(one, other) is same


def test_true_is_not_one() -> None:
    assert list(changes(True, 1, NAMES)) == [Change((), True, 1)]


def test_what_tools_and_the_api_server_write_is_not_compared() -> None:
    live = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "billing",
            "uid": "1",
            "resourceVersion": "7",
            "generation": 2,
            "creationTimestamp": "2026-11-24T00:00:00Z",
            "managedFields": [],
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "{}",
                "argocd.argoproj.io/tracking-id": "billing:/ConfigMap:shop/billing",
                "team": "payments",
            },
        },
        "status": {"phase": "fine"},
    }
    assert comparable(live) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "billing", "annotations": {"team": "payments"}},
    }


def test_the_rules_of_an_aggregated_role_are_its_controllers() -> None:
    role = {"kind": "ClusterRole", "metadata": {"name": "all"}, "aggregationRule": {"clusterRoleSelectors": []}}
    assert comparable({**role, "rules": [{"verbs": ["get"]}]}) == role


def test_names_are_replaced_however_deep() -> None:
    value = {"owned-by-demo-1-35-a": [{"cluster": "demo-1-35-a", "size": 3}]}
    assert NAMES.on_blue(value) == {"owned-by-demo-1-33": [{"cluster": "demo-1-33", "size": 3}]}
