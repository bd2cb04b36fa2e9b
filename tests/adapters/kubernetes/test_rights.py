"""The shipped rights let each group do its work, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from norikae.argocd.applications import APPLICATIONS
from norikae.cluster import rbac
from norikae.errors import ConflictError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes import ApiServer
    from norikae.adapters.kubernetes.client import KubernetesClient

MANIFEST: list[dict[str, Any]] = list(
    yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8"))
)
NAMESPACE = "argo"
INGRESSES = "ingresses.networking.k8s.io"
CRD: dict[str, Any] = {
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


SOURCES = {
    "dnsendpoints.externaldns.k8s.io": ("externaldns.k8s.io/v1alpha1", "DNSEndpoint"),
    "gateways.gateway.networking.k8s.io": ("gateway.networking.k8s.io/v1", "Gateway"),
    "httproutes.gateway.networking.k8s.io": ("gateway.networking.k8s.io/v1", "HTTPRoute"),
}
"""What else than Ingresses and Services an external-dns may take names from."""


def definition_of(resource: str) -> dict[str, Any]:
    """The definition of such a kind, as an owner of the cluster installs it."""
    (version, kind), (plural, _, group) = SOURCES[resource], resource.partition(".")
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    versions = [{**CRD["spec"]["versions"][0], "name": version.partition("/")[2]}]
    spec = {**CRD["spec"], "group": group, "names": names, "versions": versions}
    return {**CRD, "metadata": {"name": resource}, "spec": spec}


@pytest.mark.parametrize("resource", SOURCES)
def test_readers_list_what_external_dns_takes_names_from_where_it_is_served(
    resource: str, as_user: Callable[[str], KubernetesClient], client: KubernetesClient
) -> None:
    assert as_user("reader").list(resource) == []
    client.apply(definition_of(resource))
    version, kind = SOURCES[resource]
    made = {"apiVersion": version, "kind": kind, "metadata": {"name": "web", "namespace": NAMESPACE}, "spec": {}}
    client.apply(made)
    reader = as_user("reader")
    assert [one["metadata"]["name"] for one in reader.list(resource)] == ["web"]
    for attempt in (lambda: reader.apply(made), lambda: reader.delete(resource, "web", NAMESPACE)):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()
    with pytest.raises(RefusedError, match="forbidden"):
        as_user("syncer").list(resource)


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


JOB: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "smoke-1-1", "namespace": "norikae-verification"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "curl", "image": "curl"}]}}},
}


def test_verifiers_run_jobs_in_their_namespace_and_read_what_they_wrote(
    as_user: Callable[[str], KubernetesClient], client: KubernetesClient, server: ApiServer
) -> None:
    verifier = as_user("verifier")
    made = verifier.create(JOB)
    assert verifier.get("jobs.batch", "smoke-1-1", "norikae-verification") is not None
    with pytest.raises(ConflictError):
        verifier.create(JOB)
    labels = made["spec"]["template"]["metadata"]["labels"]
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": made["spec"]["template"]["spec"]}
    client.apply({**pod, "metadata": {"name": "smoke-x", "namespace": "norikae-verification", "labels": labels}})
    server.read_logs = lambda pod: f"one\ntwo\nthree of {pod['metadata']['name']}\n"
    (found,) = verifier.list("pods", "norikae-verification", labels="batch.kubernetes.io/job-name=smoke-1-1")
    assert found["metadata"]["name"] == "smoke-x"
    assert verifier.logs("smoke-x", "norikae-verification", lines=2) == "two\nthree of smoke-x\n"


def test_verifiers_run_nothing_elsewhere_and_delete_nothing(as_user: Callable[[str], KubernetesClient]) -> None:
    verifier = as_user("verifier")
    elsewhere = {**JOB, "metadata": {"name": "smoke", "namespace": "default"}}
    for attempt in (
        lambda: verifier.create(elsewhere),
        lambda: verifier.delete("jobs.batch", "smoke-1-1", "norikae-verification"),
        lambda: verifier.list("pods", "default"),
        lambda: verifier.logs("web", "default"),
    ):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()


def test_scalers_change_minimums_and_sizes_and_nothing_else(
    as_user: Callable[[str], KubernetesClient], client: KubernetesClient
) -> None:
    client.apply(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web", "namespace": NAMESPACE},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 9},
        }
    )
    scaler, name = as_user("scaler"), "argocd-application-controller"
    autoscalers, workloads = "horizontalpodautoscalers.autoscaling", "statefulsets.apps"
    raised = scaler.patch(autoscalers, "web", NAMESPACE, {"spec": {"minReplicas": 7}})
    assert raised["spec"]["minReplicas"] == 7
    scale = scaler.patch(workloads, name, NAMESPACE, {"spec": {"replicas": 3}}, subresource="scale")
    assert (scale["kind"], scale["spec"]) == ("Scale", {"replicas": 3})
    assert scaler.list(workloads)[0]["spec"]["replicas"] == 3
    assert scaler.list(INGRESSES) == []
    assert scaler.get(APPLICATIONS, "web", NAMESPACE) is not None
    for attempt in (
        lambda: scaler.patch(workloads, name, NAMESPACE, {"spec": {"replicas": 0}}),
        lambda: scaler.delete(autoscalers, "web", NAMESPACE),
        lambda: scaler.patch(APPLICATIONS, "web", NAMESPACE, {"operation": {}}),
        lambda: scaler.list("secrets"),
    ):
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
    assert decommissioner.list("targetgroupbindings.elbv2.k8s.aws") == []
    assert decommissioner.get("deployments.apps", "argocd-applicationset-controller", NAMESPACE) is None
    assert isinstance(decommissioner.list("applications.argoproj.io", NAMESPACE), list)
    for attempt in (
        lambda: decommissioner.delete("applications.argoproj.io", "web", NAMESPACE),
        lambda: decommissioner.get("deployments.apps", "argocd-server", NAMESPACE),
        lambda: decommissioner.delete("statefulsets.apps", name, NAMESPACE),
        lambda: decommissioner.list("pods"),
        lambda: decommissioner.patch(INGRESSES, "web", "default", {}),
    ):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()


MADE_BY_THE_CLUSTER = {
    "certificatesigningrequests.certificates.k8s.io",
    "controllerrevisions.apps",
    "events",
    "ipaddresses.networking.k8s.io",
    "nodes",
}
"""What nobody keeps in Git."""


def test_comparers_read_every_built_in_kind_but_secrets(
    as_user: Callable[[str], KubernetesClient], server: ApiServer
) -> None:
    comparer = as_user("comparer")
    kinds = {kind.name for kind in server.catalog.all()}
    for resource in sorted(kinds - MADE_BY_THE_CLUSTER - {"secrets"}):
        assert isinstance(comparer.list(resource), list)
    with pytest.raises(RefusedError, match="forbidden"):
        comparer.list("secrets")


def test_comparers_read_one_secret_and_ask_one_server(as_user: Callable[[str], KubernetesClient]) -> None:
    comparer = as_user("comparer")
    assert comparer.get("secrets", "norikae-argocd-token", NAMESPACE) is None
    for attempt in (
        lambda: comparer.get("secrets", "argocd-secret", NAMESPACE),
        lambda: comparer.get("secrets", "norikae-argocd-token", "default"),
        lambda: comparer.proxied("https:billing:443", NAMESPACE, "/"),
        lambda: comparer.apply(APPLICATION),
        lambda: comparer.apply(APPLICATION, dry_run=True),
    ):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()


def test_a_custom_kind_is_read_after_a_role_with_the_label_lets_it_in(
    client: KubernetesClient, as_user: Callable[[str], KubernetesClient]
) -> None:
    comparer = as_user("comparer")
    widget: dict[str, Any] = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "one", "namespace": "default"},
    }
    names = {"kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"}
    spec = {**CRD["spec"], "group": "example.com", "names": names}
    spec["versions"] = [{**CRD["spec"]["versions"][0], "name": "v1"}]
    client.apply({**CRD, "metadata": {"name": "widgets.example.com"}, "spec": spec})
    client.apply(widget)
    with pytest.raises(RefusedError, match="forbidden"):
        comparer.current(widget)
    client.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "widgets", "labels": {"norikae.dev/aggregate-to-compare": "true"}},
            "rules": [{"apiGroups": ["example.com"], "resources": ["widgets"], "verbs": ["get", "list"]}],
        }
    )
    assert comparer.current(widget) is not None


def test_restarters_touch_workloads_and_see_nothing_else(as_user: Callable[[str], KubernetesClient]) -> None:
    restarter, name = as_user("restarter"), "argocd-application-controller"
    body = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}
    patched = restarter.patch("statefulsets.apps", name, NAMESPACE, body)
    assert patched["spec"]["template"]["metadata"]["annotations"] == {"kubectl.kubernetes.io/restartedAt": "now"}
    for attempt in (
        lambda: restarter.list("pods"),
        lambda: restarter.delete("statefulsets.apps", name, NAMESPACE),
        lambda: restarter.patch(APPLICATIONS, "web", NAMESPACE, {"operation": {}}),
    ):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()
