"""The demo's repository: real-looking applications that hold for both versions, and for Helm."""

from collections import Counter
from typing import Any

import pytest
import yaml

from local.cluster.charts import render_chart
from local.cluster.git import Repository
from local.kernel import Kernel
from local.kubernetes.api import ApiServer
from tests.local.cluster.building import DEFINITION, GITOPS, INSTALL, PROJECT, Json

REPOSITORY = Repository.load(GITOPS)
CLUSTER = "demo-1-35-a"


def files(path: str) -> dict[str, str]:
    return REPOSITORY.files(REPOSITORY.resolve("main"), path)


def children() -> list[Json]:
    parameters = [("cluster", CLUSTER), ("revision", "0" * 40)]
    return render_chart(files("clusters"), parameters, release="root", namespace="argocd")


def manifests(app: Json) -> list[Json]:
    parameters = [(one["name"], one["value"]) for one in app["spec"]["source"]["helm"]["parameters"]]
    namespace = app["spec"]["destination"]["namespace"]
    chart = files(app["spec"]["source"]["path"])
    return render_chart(chart, parameters, release=app["metadata"]["name"], namespace=namespace)


def of_kind(kind: str) -> list[Json]:
    return [one for app in children() for one in manifests(app) if one["kind"] == kind]


def test_the_root_hands_cluster_and_revision_down_and_leaves_the_syncing_to_others() -> None:
    for app in children():
        assert app["spec"]["source"]["targetRevision"] == "0" * 40
        assert app["spec"]["source"]["helm"]["parameters"] == [{"name": "cluster", "value": CLUSTER}]
        moved_by_norikae = ["RespectIgnoreDifferences=true"] if "ignoreDifferences" in app["spec"] else []
        assert app["spec"]["syncPolicy"] == {"syncOptions": ["CreateNamespace=true", *moved_by_norikae]}


def test_every_folder_has_its_application_and_every_application_its_folder() -> None:
    paths = {name.rpartition("/Chart.yaml")[0] for name in files("") if name.endswith("/Chart.yaml")}
    assert paths - {"clusters"} == {app["spec"]["source"]["path"] for app in children()}


def test_the_environment_file_and_the_repository_agree() -> None:
    environment = yaml.safe_load((PROJECT / "environments/demo.yaml").read_text(encoding="utf-8"))
    names = {app["metadata"]["name"] for app in children()}
    assert set(environment["argocd"]["platform"]) <= names
    assert environment["argocd"]["install"] == INSTALL.relative_to(PROJECT / "environments").as_posix()
    assert {app["spec"]["source"]["repoURL"] for app in children()} == {environment["argocd"]["repository"]}


def test_twelve_applications_of_four_teams_take_part_in_the_shift() -> None:
    ingresses = of_kind("Ingress")
    teams = Counter(one["metadata"]["annotations"]["norikae.dev/team"] for one in ingresses)
    assert teams == {"chat": 3, "files": 3, "identity": 3, "notify": 3}
    assert all(one["metadata"]["annotations"]["norikae.dev/shift"] == "true" for one in ingresses)
    assert sum("norikae.dev/order" in one["metadata"]["annotations"] for one in ingresses) == 2


@pytest.mark.parametrize("ingress", of_kind("Ingress"), ids=lambda one: one["metadata"]["name"])
def test_an_ingress_follows_the_dns_contract(ingress: Json) -> None:
    name, annotations = ingress["metadata"]["name"], ingress["metadata"]["annotations"]
    assert ingress["spec"]["ingressClassName"] == "alb"
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [f"{name}.demo.example.com"]
    expected = {
        "external-dns.kubernetes.io/hostname": f"{name}.{CLUSTER}.demo.example.com",
        "external-dns.kubernetes.io/ingress-hostname-source": "annotation-only",
        "alb.ingress.kubernetes.io/scheme": "internet-facing",
        "alb.ingress.kubernetes.io/target-type": "ip",
        "norikae.dev/app": name,
    }
    assert expected.items() <= annotations.items()


def test_the_mix_is_that_of_a_real_company() -> None:
    kinds = Counter(one["kind"] for app in children() for one in manifests(app))
    assert kinds["Deployment"] == 16
    assert kinds["Service"] == kinds["Ingress"] == 12
    assert kinds["HorizontalPodAutoscaler"] == 4
    assert kinds["CronJob"] == 2
    assert kinds["PodDisruptionBudget"] == 12
    assert kinds["ConfigMap"] == 7
    assert kinds["ServiceAccount"] == 16
    sizes = {one["spec"]["replicas"] for one in of_kind("Deployment") if "replicas" in one["spec"]}
    assert sizes <= {1, 2, 3, 4, 5, 6}


def test_services_find_their_pods_and_ingresses_their_services() -> None:
    for app in children():
        by_kind: dict[str, Any] = {}
        for one in manifests(app):
            by_kind.setdefault(one["kind"], one)
        if "Ingress" not in by_kind:
            continue
        backend = by_kind["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
        service, pod = by_kind["Service"], by_kind["Deployment"]["spec"]["template"]
        assert backend["name"] == service["metadata"]["name"]
        assert backend["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}
        assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        ports = {port["name"] for container in pod["spec"]["containers"] for port in container["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_external_dns_owns_only_what_belongs_to_its_cluster() -> None:
    (deployment,) = [one for one in of_kind("Deployment") if one["metadata"]["name"] == "external-dns"]
    arguments = set(deployment["spec"]["template"]["spec"]["containers"][0]["args"])
    assert arguments >= {
        f"--txt-owner-id={CLUSTER}",
        "--policy=sync",
        "--registry=txt",
        "--source=ingress",
        "--interval=1m",
        "--domain-filter=demo.example.com",
    }


@pytest.mark.parametrize("version", ["1.33", "1.35"])
def test_both_versions_accept_every_manifest(kernel: Kernel, version: str) -> None:
    api = ApiServer(name="demo", version=version, now=kernel.now, random=kernel.stream("api"))
    for obj in (one for file in (INSTALL, DEFINITION) for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))):
        assert api.apply(obj, manager="test")["metadata"]["uid"]
    for app in sorted(children(), key=lambda one: not one["spec"]["source"]["path"].startswith("platform/")):
        namespace = app["spec"]["destination"]["namespace"]
        wanted = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        api.apply(wanted, manager="test")
        assert api.apply(app, manager="test")["metadata"]["uid"]
        for one in manifests(app):
            placed = {**one, "metadata": {**one["metadata"]}}
            if api.catalog.of_kind(one["apiVersion"], one["kind"])[0].namespaced:
                placed["metadata"]["namespace"] = namespace
            assert api.apply(placed, manager="test")["metadata"]["uid"]
