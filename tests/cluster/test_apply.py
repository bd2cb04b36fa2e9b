"""Server-side apply: who owns which field, on whatever server (Kubernetes docs, "Server-Side Apply")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.cluster import rbac
from norikae.cluster.manifests import digest_of, stamped
from norikae.errors import ConflictError, RefusedError

if TYPE_CHECKING:
    from tests.cluster.conftest import Cluster


def test_what_is_applied_is_owned_by_norikae(cluster: Cluster) -> None:
    applied = cluster.admin.apply(cluster.config_map("owned", blue="100"))
    (entry,) = applied["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("norikae", "Apply")
    assert "f:blue" in entry["fieldsV1"]["f:data"]


def test_applying_without_a_field_removes_it_and_leaves_those_of_others(cluster: Cluster) -> None:
    cluster.admin.apply(cluster.config_map("shared", blue="100", green="0"))
    cluster.admin.patch("configmaps", "shared", cluster.namespace, {"data": {"note": "somebody else's"}})
    applied = cluster.admin.apply(cluster.config_map("shared", blue="50"))
    assert applied["data"] == {"blue": "50", "note": "somebody else's"}


def test_a_field_of_somebody_else_is_a_conflict_unless_it_is_taken_over(cluster: Cluster) -> None:
    cluster.admin.apply(cluster.config_map("fought", blue="100"))
    body = [{"op": "replace", "path": "/data/blue", "value": "1"}]
    cluster.admin.patch("configmaps", "fought", cluster.namespace, body, kind="json")
    with pytest.raises((ConflictError, RefusedError)):
        cluster.admin.apply(cluster.config_map("fought", blue="50"), force=False)
    assert cluster.admin.apply(cluster.config_map("fought", blue="50"))["data"] == {"blue": "50"}


def test_applying_the_same_again_changes_nothing(cluster: Cluster) -> None:
    first = cluster.admin.apply(cluster.config_map("same", blue="100"))
    again = cluster.admin.apply(cluster.config_map("same", blue="100"))
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_a_dry_run_is_admitted_and_stored_nowhere(cluster: Cluster) -> None:
    assert cluster.admin.apply(cluster.config_map("dry", blue="100"), dry_run=True)["data"] == {"blue": "100"}
    assert cluster.admin.get("configmaps", "dry", cluster.namespace) is None
    with pytest.raises(RefusedError):
        cluster.admin.apply(cluster.config_map("Not_A_Name"), dry_run=True)


def test_a_namespace_that_is_not_there_refuses_a_dry_run_too(cluster: Cluster) -> None:
    obj = cluster.config_map("lost")
    obj["metadata"]["namespace"] = f"{cluster.namespace}-absent"
    with pytest.raises(RefusedError, match="not found"):
        cluster.admin.apply(obj, dry_run=True)


def test_a_manifest_is_applied_whole_and_known_by_its_digest(cluster: Cluster) -> None:
    objects = [cluster.config_map("first", a="1"), cluster.config_map("second", b="2")]
    digest = digest_of(objects)
    for obj in objects:
        cluster.admin.apply(stamped(obj, digest))
    found = cluster.admin.get("configmaps", "second", cluster.namespace)
    assert found is not None
    assert digest in found["metadata"]["annotations"].values()
    assert not rbac.is_applied(cluster.admin, [*cluster.rights()])
