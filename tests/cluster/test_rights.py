"""The shipped rights, judged by the API server itself: each group does its work and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.cluster import rbac
from norikae.errors import RefusedError
from norikae.preflight.removals import removals
from stacks.cluster_grants import Group
from tests.cluster.conftest import BINDINGS, ROLES

if TYPE_CHECKING:
    from tests.cluster.conftest import Cluster

INGRESSES = "ingresses.networking.k8s.io"
LIMITED = tuple(group for group in get_args(Group) if group != "norikae:admin")
FORBIDDEN = "forbidden"


@pytest.fixture(scope="module")
def entered(cluster: Cluster) -> Cluster:
    """The cluster with norikae's rights, and an application that they are about."""
    cluster.define("Application")
    objects = cluster.rights()
    rbac.apply(cluster.admin, objects)
    cluster.made += [(ROLES, one["metadata"]["name"]) for one in objects if one["kind"] == "ClusterRole"]
    cluster.made += [(BINDINGS, one["metadata"]["name"]) for one in objects if one["kind"] == "ClusterRoleBinding"]
    metadata = {"name": "web", "namespace": cluster.namespace}
    spec = {
        "project": "default",
        "source": {"repoURL": "https://git.example.com/a.git", "path": "a", "targetRevision": "main"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": cluster.namespace},
    }
    cluster.admin.apply(
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    )
    return cluster


def test_the_manifest_is_accepted_and_found_again(entered: Cluster) -> None:
    assert rbac.is_applied(entered.admin, entered.rights())


@pytest.mark.parametrize("group", LIMITED)
def test_no_group_sees_secrets_or_makes_itself_greater(entered: Cluster, group: str) -> None:
    member = entered.member(group)
    with pytest.raises(RefusedError, match=FORBIDDEN):
        member.list("secrets")
    with pytest.raises(RefusedError, match=FORBIDDEN):
        member.get("secrets", "any", entered.namespace)
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "norikae-read"}}
    everything = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    with pytest.raises(RefusedError, match=FORBIDDEN):
        member.apply({**role, "rules": everything})


def test_readers_see_what_plan_and_preflight_look_at(entered: Cluster) -> None:
    reader = entered.member("norikae:read")
    looked_at = ("nodes", "pods", "services", "serviceaccounts", INGRESSES, "deployments.apps", "cronjobs.batch")
    for resource in (*looked_at, *sorted({one.resource for one in removals() if one.resource})):
        assert isinstance(reader.list(resource), list), resource
    assert reader.get(APPLICATIONS, "web", entered.namespace) is not None


def test_readers_write_nothing(entered: Cluster) -> None:
    reader = entered.member("norikae:read")
    for attempt in (
        lambda: reader.patch(APPLICATIONS, "web", entered.namespace, {"operation": {}}),
        lambda: reader.delete(INGRESSES, "web", entered.namespace),
        lambda: reader.apply(entered.config_map("mine")),
    ):
        with pytest.raises(RefusedError, match=FORBIDDEN):
            attempt()


def test_syncers_put_an_operation_on_an_application_and_nothing_more(entered: Cluster) -> None:
    syncer = entered.member("norikae:sync")
    patched = syncer.patch(APPLICATIONS, "web", entered.namespace, {"operation": {"sync": {"prune": False}}})
    assert patched["operation"] == {"sync": {"prune": False}}
    for attempt in (
        lambda: syncer.delete(APPLICATIONS, "web", entered.namespace),
        lambda: syncer.list("configmaps", entered.namespace),
    ):
        with pytest.raises(RefusedError, match=FORBIDDEN):
            attempt()


def test_decommissioners_delete_what_holds_load_balancers_and_nothing_more(entered: Cluster) -> None:
    decommissioner = entered.member("norikae:decommission")
    assert isinstance(decommissioner.list(INGRESSES), list)
    assert not decommissioner.delete(INGRESSES, "absent", entered.namespace)
    with pytest.raises(RefusedError, match=FORBIDDEN):
        decommissioner.delete(APPLICATIONS, "web", entered.namespace)


def test_comparers_read_what_a_wave_consists_of(entered: Cluster) -> None:
    comparer = entered.member("norikae:compare")
    for resource in ("configmaps", "services", "deployments.apps", ROLES):
        assert isinstance(comparer.list(resource), list), resource
    with pytest.raises(RefusedError, match=FORBIDDEN):
        comparer.apply(entered.config_map("mine"))
