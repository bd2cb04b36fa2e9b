"""What Argo CD refuses, and what the model refuses because it would only pretend."""

from typing import Any

import pytest

from local.kernel import Kernel
from tests.local.cluster.building import URL, Argo

HOOK = """apiVersion: batch/v1
kind: Job
metadata: {name: m, annotations: {argocd.argoproj.io/hook: PreDelete}}
"""


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"project": "nobody"}, "Application referencing project nobody which does not exist"),
        ({"source": {"repoURL": ""}}, "spec.source.repoURL is required"),
        ({"path": ""}, "either spec.source.path or spec.source.chart are required"),
        ({"source": {"kustomize": {}}}, "spec.source.kustomize is not modelled by the embedded world"),
        ({"source": {"helm": {"values": "a: 1"}}}, "spec.source.helm.values is not modelled"),
        ({"source": {"helm": {"valueFiles": ["/x.yaml"]}}}, "spec.source.helm.valueFiles: /x.yaml is not modelled"),
        ({"source": {"directory": {"jsonnet": {}}}}, "spec.source.directory.jsonnet is not modelled"),
        ({"sources": [{"repoURL": URL, "ref": "values"}]}, "spec.source.ref is not modelled"),
        ({"syncPolicy": {"syncOptions": ["Replace=true"]}}, "sync option Replace=true is not modelled"),
        ({"destination": {"server": "https://other"}}, "cluster 'https://other' has not been configured"),
        ({"destination": {"name": "other"}}, "there are no clusters with this name: other"),
        ({"destination": {}}, "Destination server missing from app spec"),
    ],
)
def test_a_wrong_spec_is_a_condition_and_everything_is_unknown(
    argo: Argo, kernel: Kernel, spec: dict[str, Any], message: str
) -> None:
    argo.application(**spec)
    kernel.run(5)
    condition = argo.status()["conditions"][0]
    assert condition["type"] == "InvalidSpecError"
    assert message in condition["message"]
    assert argo.summary() == ("Unknown", "Unknown")
    argo.sync()
    argo.run_until_phase("Error")
    assert message in argo.state()["message"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"shop/kustomization.yaml": "resources: []\n"}, "Kustomize (kustomization.yaml) is not modelled"),
        ({"shop/bad.yaml": "a: [\n"}, "Failed to unmarshal"),
        (
            {"shop/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "shop/templates/a.yaml": "x: {{ now }}"},
            "{{ now }}",
        ),
        (
            {"shop/hook.yaml": HOOK},
            "hooks of type PreDelete are not modelled",
        ),
    ],
)
def test_manifests_that_cannot_be_made_are_a_comparison_error(
    argo: Argo, kernel: Kernel, files: dict[str, str], message: str
) -> None:
    argo.repository.commit("main", files)
    argo.application()
    kernel.run(5)
    condition = argo.status()["conditions"][0]
    assert condition["type"] == "ComparisonError"
    assert condition["message"].startswith(
        "Failed to load target state: failed to generate manifest for source 1 of 1: "
    )
    assert message in condition["message"]
    assert argo.status()["sync"]["status"] == "Unknown"
    argo.sync()
    argo.run_until_phase("Error")
    assert argo.state()["message"].startswith("ComparisonError: ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sourceRepos": ["https://elsewhere.example.com/*"]}, "is not permitted in project 'default'"),
        ({"destinations": [{"server": "*", "namespace": "chat"}]}, "do not match any of the allowed destinations"),
    ],
)
def test_the_project_sets_the_limits(argo: Argo, kernel: Kernel, change: dict[str, Any], message: str) -> None:
    argo.application()
    kernel.run(5)
    argo.api.patch("appprojects.argoproj.io", "default", "argocd", {"spec": change}, manager="kubectl")
    argo.refresh()
    kernel.run(5)
    assert message in argo.status()["conditions"][0]["message"]


def test_a_sync_option_of_the_operation_that_is_not_modelled_is_an_error(argo: Argo) -> None:
    argo.application()
    argo.sync(syncOptions=["Force=true"])
    argo.run_until_phase("Error")
    assert argo.state()["message"] == "InvalidSpecError: sync option Force=true is not modelled by the embedded world"


def test_applications_outside_argo_cds_namespace_are_ignored(argo: Argo, kernel: Kernel) -> None:
    app = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "stray", "namespace": "default"},
        "spec": {"project": "default", "source": {"repoURL": "x", "path": "y"}, "destination": {}},
    }
    argo.api.create("applications.argoproj.io", app, manager="kubectl")
    kernel.run(30)
    assert "status" not in argo.api.get("applications.argoproj.io", "stray", "default")
