"""The shipped rights let each group do its work, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from norikae.argocd.applications import APPLICATIONS
from norikae.cluster import rbac
from norikae.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.adapters.kubernetes.client import KubernetesClient

MANIFEST: list[dict[str, Any]] = list(
    yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8"))
)
NAMESPACE = "argo"
INGRESSES = "ingresses.networking.k8s.io"
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": APPLICATIONS},
    "spec": {
        "group": "argoproj.io",
        "names": {
            "kind": "Application",
            "listKind": "ApplicationList",
            "plural": "applications",
            "singular": "application",
        },
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
APPLICATION = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {"name": "web", "namespace": NAMESPACE},
    "spec": {"project": "default"},
}
CONTROLLER = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "argocd-application-controller", "namespace": NAMESPACE},
    "spec": {
        "replicas": 1,
        "serviceName": "argocd",
        "selector": {"matchLabels": {"app": "argocd"}},
        "template": {
            "metadata": {"labels": {"app": "argocd"}},
            "spec": {"containers": [{"name": "controller", "image": "argocd:v3"}]},
        },
    },
}


@pytest.fixture(autouse=True)
def _rights(client: KubernetesClient) -> None:
    objects = rbac.for_namespace(MANIFEST, NAMESPACE)
    assert not rbac.is_applied(client, objects)
    rbac.apply(client, objects)
    assert rbac.is_applied(client, objects)
    for obj in (CRD, APPLICATION, CONTROLLER):
        client.apply(obj)


def test_readers_see_what_they_judge(as_user: Callable[[str], KubernetesClient]) -> None:
    reader = as_user("reader")
    for resource in ("nodes", "pods", "services", INGRESSES, "deployments.apps"):
        assert reader.list(resource) == []
    assert reader.get(APPLICATIONS, "web", NAMESPACE) is not None
    assert len(reader.list(APPLICATIONS, NAMESPACE)) == 1
    assert reader.is_ready()


def test_readers_write_nothing_and_see_no_secrets(as_user: Callable[[str], KubernetesClient]) -> None:
    reader = as_user("reader")
    with pytest.raises(RefusedError, match="forbidden"):
        reader.patch(APPLICATIONS, "web", NAMESPACE, {"operation": {}})
    with pytest.raises(RefusedError, match="forbidden"):
        reader.list("secrets")


def test_syncers_put_an_operation_on_an_application_and_nothing_more(
    as_user: Callable[[str], KubernetesClient],
) -> None:
    syncer = as_user("syncer")
    patched = syncer.patch(APPLICATIONS, "web", NAMESPACE, {"operation": {"sync": {}}})
    assert patched["operation"] == {"sync": {}}
    for attempt in (lambda: syncer.delete(APPLICATIONS, "web", NAMESPACE), lambda: syncer.list("pods")):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()


def test_decommissioners_stop_argo_cd_and_delete_what_holds_load_balancers(
    as_user: Callable[[str], KubernetesClient],
) -> None:
    decommissioner = as_user("decommissioner")
    name = "argocd-application-controller"
    assert decommissioner.get("statefulsets.apps", name, NAMESPACE) is not None
    stopped = decommissioner.patch("statefulsets.apps", name, NAMESPACE, {"spec": {"replicas": 0}})
    assert stopped["spec"]["replicas"] == 0
    assert decommissioner.list(INGRESSES) == []
    assert not decommissioner.delete(INGRESSES, "web", "default")
    assert not decommissioner.delete("services", "web", "default")
    for attempt in (
        lambda: decommissioner.delete("statefulsets.apps", name, NAMESPACE),
        lambda: decommissioner.list("pods"),
        lambda: decommissioner.patch(INGRESSES, "web", "default", {}),
    ):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()
