"""Argo CD comes to an empty cluster in an order that works, and brings a pinned root that syncs nothing by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from norikae.argocd.applications import APPLICATIONS, pinned_revision
from norikae.argocd.install import ensure_argo_cd
from norikae.errors import NotFoundError, RefusedError, SettingsError
from tests.unit.fakes.demo import OTHER_SHA, SHA, application, demo_environment
from tests.unit.fakes.kubernetes import FakeKubernetes

if TYPE_CHECKING:
    from norikae.upgrade.progress import Progress

ENVIRONMENT = demo_environment()


def of(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


INSTALL = [
    of("Deployment", "argocd-repo-server", spec={"replicas": 1}),
    of("ConfigMap", "argocd-cm"),
    of("ClusterRole", "argocd-application-controller"),
    of("CustomResourceDefinition", "applications.argoproj.io"),
    of("CustomResourceDefinition", "appprojects.argoproj.io"),
    of("StatefulSet", "argocd-application-controller", spec={"replicas": 1}),
    of("ServiceAccount", "argocd-application-controller"),
]


def look(api: FakeKubernetes, revision: str = SHA) -> Progress:
    return ensure_argo_cd(api, INSTALL, ENVIRONMENT, "demo-1-35-a", revision)


def test_argo_cd_is_installed_in_an_order_that_works() -> None:
    api = FakeKubernetes()
    assert look(api).waiting_for.startswith("the API server to serve applications.argoproj.io")
    api.establish()
    assert look(api).waiting_for == "Argo CD was just applied and starts"
    assert "argocd-repo-server is not looked at" in look(api).waiting_for
    api.run_workloads()
    assert look(api).ready
    assert api.writes == [
        "apply Namespace argocd",
        "apply CustomResourceDefinition applications.argoproj.io",
        "apply CustomResourceDefinition appprojects.argoproj.io",
        "apply ClusterRole argocd-application-controller",
        "apply ServiceAccount argocd-application-controller",
        "apply ConfigMap argocd-cm",
        "apply Deployment argocd-repo-server",
        "apply StatefulSet argocd-application-controller",
        "apply AppProject default",
        "apply Application root",
    ]


def installed() -> FakeKubernetes:
    api = FakeKubernetes()
    for _ in range(3):
        look(api)
        api.establish()
        api.run_workloads()
    assert look(api).ready
    return api


def test_the_root_is_pinned_and_knows_its_cluster() -> None:
    root = installed().get(APPLICATIONS, "root", "argocd")
    assert root is not None
    assert root["spec"]["source"]["targetRevision"] == SHA
    assert root["spec"]["source"]["helm"]["parameters"] == [
        {"name": "cluster", "value": "demo-1-35-a"},
        {"name": "revision", "value": SHA},
    ]
    assert "syncPolicy" not in root["spec"]


def test_an_installed_argo_cd_is_only_looked_at() -> None:
    api = installed()
    before = list(api.writes)
    assert look(api).ready
    assert api.writes == before


def test_another_commit_moves_the_pin_of_the_root() -> None:
    api = installed()
    look(api, OTHER_SHA)
    root = api.get(APPLICATIONS, "root", "argocd")
    assert root is not None
    assert root["spec"]["source"]["targetRevision"] == OTHER_SHA


def test_a_crash_among_the_workloads_is_repaired() -> None:
    api = installed()
    del api.objects["statefulsets.apps", "argocd", "argocd-application-controller"]
    assert look(api).waiting_for == "Argo CD was just applied and starts"


def test_a_manifest_that_runs_nothing_is_a_mistake() -> None:
    with pytest.raises(SettingsError, match=r"argocd\.install"):
        ensure_argo_cd(FakeKubernetes(), [of("Namespace", "argocd")], ENVIRONMENT, "demo-1-35-a", SHA)


def test_green_is_pinned_to_the_commit_that_blue_is_compared_with() -> None:
    assert pinned_revision(FakeKubernetes(application("root")), "argocd") == SHA


def test_a_blue_without_a_commit_cannot_be_copied() -> None:
    with pytest.raises(NotFoundError, match="argocd/root"):
        pinned_revision(FakeKubernetes(), "argocd")
    with pytest.raises(RefusedError, match="compared with nothing"):
        pinned_revision(FakeKubernetes(application("root", sync={})), "argocd")
