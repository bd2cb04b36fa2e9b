"""ApplicationSets: Applications from lists, put back whenever somebody changes them, while their controller runs."""

from __future__ import annotations

from typing import Any

import pytest

from local.cluster.argocd.application import APPLICATIONS, FINALIZER, NAMESPACE
from local.cluster.argocd.application_sets import APPLICATION_SETS, DEPLOYMENT
from local.kernel import Kernel
from tests.local.cluster.building import URL, Argo, config_map, deployment

SELF_HEALING = {"automated": {"prune": True, "selfHeal": True}}


def applied(policy: dict[str, Any] | None = None, **generator: Any) -> Argo:
    argo = Argo(Kernel(seed=1), {"shop/one.yaml": config_map("one", key="value")})
    argo.api.apply(deployment(DEPLOYMENT, 1, namespace=NAMESPACE), manager="kubectl")
    argo.kernel.run(60)
    template = {
        "metadata": {"name": "{{ name }}-shop"},
        "spec": {
            "project": "default",
            "source": {"repoURL": URL, "path": "shop", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "{{space}}"},
            "syncPolicy": SELF_HEALING,
        },
    }
    generators = [generator or {"list": {"elements": [{"name": "a", "space": "default"}]}}]
    spec = {"generators": generators, "template": template, **({"syncPolicy": policy} if policy else {})}
    meta = {"name": "teams", "namespace": NAMESPACE}
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": meta, "spec": spec}
    argo.api.create(APPLICATION_SETS, body, namespace=NAMESPACE, manager="kubectl")
    argo.kernel.run(60)
    return argo


def app(argo: Argo) -> dict[str, Any]:
    found: dict[str, Any] = argo.api.get(APPLICATIONS, "a-shop", NAMESPACE)
    return found


def let_go(argo: Argo) -> None:
    """What somebody does who wants an Application to sync no more."""
    body = {"metadata": {"finalizers": None}, "spec": {"syncPolicy": {"automated": None}}}
    argo.api.patch(APPLICATIONS, "a-shop", NAMESPACE, body, kind="merge", manager="kubectl")
    argo.kernel.run(30)


def elements(argo: Argo, *names: str) -> None:
    listed = [{"name": name, "space": "default"} for name in names]
    body = {"spec": {"generators": [{"list": {"elements": listed}}]}}
    argo.api.patch(APPLICATION_SETS, "teams", NAMESPACE, body, kind="merge", manager="kubectl")
    argo.kernel.run(60)


def names(argo: Argo) -> list[str]:
    return sorted(one["metadata"]["name"] for one in argo.api.list(APPLICATIONS, NAMESPACE))


def test_an_element_becomes_an_application_that_syncs() -> None:
    argo = applied()
    assert app(argo)["spec"]["destination"]["namespace"] == "default"
    assert app(argo)["metadata"]["finalizers"] == [FINALIZER]
    assert app(argo)["metadata"]["ownerReferences"][0]["kind"] == "ApplicationSet"
    assert argo.api.get("configmaps", "one", "default")["data"] == {"key": "value"}


def test_whoever_changes_a_generated_application_is_overruled() -> None:
    argo = applied()
    let_go(argo)
    assert app(argo)["spec"]["syncPolicy"] == SELF_HEALING
    assert app(argo)["metadata"]["finalizers"] == [FINALIZER]


@pytest.mark.parametrize("policy", ["create-only", "create-delete"])
def test_a_set_that_may_not_update_overrules_nobody(policy: str) -> None:
    argo = applied({"applicationsSync": policy})
    let_go(argo)
    assert "automated" not in app(argo)["spec"].get("syncPolicy", {})


def test_a_controller_that_does_not_run_overrules_nobody_until_it_runs_again() -> None:
    argo = applied()
    argo.api.patch(
        "deployments.apps", DEPLOYMENT, NAMESPACE, {"spec": {"replicas": 0}}, kind="merge", manager="kubectl"
    )
    argo.kernel.run(90)
    let_go(argo)
    assert "automated" not in app(argo)["spec"].get("syncPolicy", {})
    argo.api.patch(
        "deployments.apps", DEPLOYMENT, NAMESPACE, {"spec": {"replicas": 1}}, kind="merge", manager="kubectl"
    )
    argo.kernel.run(90)
    assert app(argo)["spec"]["syncPolicy"] == SELF_HEALING


def test_an_element_that_goes_takes_its_application_and_what_it_deployed_along() -> None:
    argo = applied()
    elements(argo, "b")
    assert names(argo) == ["b-shop"]


def test_a_set_that_may_not_delete_keeps_the_application() -> None:
    argo = applied({"applicationsSync": "create-update"})
    elements(argo, "b")
    assert names(argo) == ["a-shop", "b-shop"]


def test_a_set_can_preserve_what_its_applications_deployed() -> None:
    argo = applied({"preserveResourcesOnDeletion": True})
    assert not app(argo)["metadata"].get("finalizers")
    elements(argo, "b")
    assert argo.api.get("configmaps", "one", "default")["data"] == {"key": "value"}


def test_what_is_not_modelled_is_said_loudly_and_generates_nothing() -> None:
    argo = applied(None, clusters={})
    (condition,) = argo.api.get(APPLICATION_SETS, "teams", NAMESPACE)["status"]["conditions"]
    assert condition["message"] == "clusters is not modelled by the embedded world"
    assert names(argo) == []
