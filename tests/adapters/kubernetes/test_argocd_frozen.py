"""Argo CD of a cluster that goes, over the wire: frozen, so that what is deleted stays deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE
from local.cluster.argocd.application_sets import APPLICATION_SETS, DEPLOYMENT
from local.kernel import Kernel
from local.kubernetes import User
from local.kubernetes.endpoint import serve
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.argocd.freeze import ensure_frozen
from norikae.cluster.rbac import for_namespace
from tests.adapters.looking import until_ready
from tests.local.cluster.building import URL, Argo, config_map, deployment

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTOMATED = {"automated": {"prune": True, "selfHeal": True}}


class Blue:
    """A cluster with Argo CD, an application that somebody wrote and one that an ApplicationSet generates."""

    def __init__(self) -> None:
        files = {"shop/one.yaml": config_map("one", key="value"), "team/two.yaml": config_map("two", key="value")}
        self.argo = Argo(Kernel(seed=1), files)
        self.api, self.kernel = self.argo.api, self.argo.kernel
        self.api.apply(deployment(DEPLOYMENT, 1, namespace=NAMESPACE), manager="kubectl")
        rights = yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8"))
        for obj in for_namespace(list(rights), NAMESPACE):
            self.api.apply(obj, manager="kubectl")
        self.kernel.run(60)
        self.argo.application(finalizers=["resources-finalizer.argocd.argoproj.io"], syncPolicy=AUTOMATED)
        template = {
            "metadata": {"name": "{{name}}"},
            "spec": {
                "project": "default",
                "source": {"repoURL": URL, "path": "{{name}}", "targetRevision": "main"},
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "default"},
                "syncPolicy": AUTOMATED,
            },
        }
        generated: dict[str, Any] = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "ApplicationSet",
            "metadata": {"name": "teams", "namespace": NAMESPACE},
            "spec": {"generators": [{"list": {"elements": [{"name": "team"}]}}], "template": template},
        }
        self.api.create(APPLICATION_SETS, generated, namespace=NAMESPACE, manager="kubectl")
        self.kernel.run(300)
        user = User("decommissioner", ("norikae:decommission", "system:authenticated"))
        self.endpoint = serve(self.api, lock=self.kernel.lock, authenticate=lambda _: user)
        self.client = KubernetesClient(endpoint=self.endpoint.url, ca_pem=self.endpoint.ca_pem, token=lambda: "any")

    def deployed(self) -> list[str]:
        found = {one["metadata"]["name"] for one in self.api.list("configmaps", "default")}
        return sorted(found & {"one", "two"})

    def delete_what_is_deployed(self) -> None:
        for name in self.deployed():
            self.api.delete("configmaps", name, "default")
        self.kernel.run(600)

    def freeze(self) -> list[str]:
        return until_ready(self.kernel, lambda: ensure_frozen(self.client, NAMESPACE), 40)


@pytest.fixture
def blue() -> Iterator[Blue]:
    built = Blue()
    yield built
    built.endpoint.close()


def test_an_argo_cd_that_is_not_frozen_puts_back_what_is_deleted(blue: Blue) -> None:
    assert blue.deployed() == ["one", "two"]
    blue.delete_what_is_deployed()
    assert blue.deployed() == ["one", "two"]


def test_a_frozen_argo_cd_puts_nothing_back(blue: Blue) -> None:
    waited = blue.freeze()
    assert waited[0].startswith(f"{DEPLOYMENT}, argocd-application-controller to stop")
    blue.delete_what_is_deployed()
    assert blue.deployed() == []


def test_what_was_let_go_is_deleted_without_what_it_deployed_even_when_controllers_come_back(blue: Blue) -> None:
    blue.freeze()
    for name in ("shop", "team"):
        assert not blue.api.get(APPLICATIONS, name, NAMESPACE)["metadata"].get("finalizers")
        blue.api.delete(APPLICATIONS, name, NAMESPACE)
    body = {"spec": {"replicas": 1}}
    blue.api.patch("statefulsets.apps", "argocd-application-controller", NAMESPACE, body, manager="kubectl")
    blue.kernel.run(600)
    assert blue.deployed() == ["one", "two"]
