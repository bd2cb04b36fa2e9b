"""A cluster as it serves today, what it costs to keep it, and that a seed repeats it."""

import time

import pytest

from local.cluster.charts import documents
from local.cluster.cluster import KubernetesCluster
from local.cluster.established import NotEstablishedError, install_argocd_and_sync
from local.cluster.git import GitRepositories, Repository
from local.cluster.objects import Json
from local.kernel import Kernel
from local.kubernetes.api import ApiServer
from local.team_secrets import SECRETS, keep
from tests.local.cluster.building import DEFINITION, GITOPS, INSTALL, URL, cluster_named, deployment, ready


def demo(seed: int, *, workers: int = 4) -> KubernetesCluster:
    kernel = Kernel(seed=seed)
    api = ApiServer(name="demo-1-33", version="1.33", now=kernel.now, random=kernel.stream("api"))
    cluster = KubernetesCluster(kernel, api, git=GitRepositories({URL: Repository.load(GITOPS)}))
    for number in range(2):
        zone = "ap-northeast-1" + "ac"[number]
        cluster.add_node(f"system-{number}", labels={"role": "system"}, zone=zone, instance_type="m7g.large")
    for number in range(workers):
        zone = "ap-northeast-1" + "ac"[number % 2]
        cluster.add_node(f"worker-{number}", labels={"role": "worker"}, zone=zone)
    for obj in documents(DEFINITION.name, DEFINITION.read_text(encoding="utf-8")):
        api.apply(obj, manager="test")
    for one in SECRETS:
        keep(api, one, one.data(one.value("made-by-hand", 1)))
    return cluster


def establish(cluster: KubernetesCluster, *, path: str = "clusters", deadline: float = 1800.0) -> None:
    gated = ("Ingress",)  # nobody gives out addresses in these stories
    install_argocd_and_sync(cluster, install=INSTALL, repository=URL, path=path, deadline=deadline, gated_kinds=gated)


def statuses(cluster: KubernetesCluster) -> list[Json]:
    return [app["status"] for app in cluster.api.list("applications.argoproj.io", "argocd")]


def test_everything_is_synced_and_every_pod_is_ready() -> None:
    cluster = demo(1)
    establish(cluster)
    assert len(statuses(cluster)) == 17
    assert {status["sync"]["status"] for status in statuses(cluster)} == {"Synced"}
    assert len(cluster.ready_pods("chat", {"app.kubernetes.io/name": "chat-api"})) == 6
    phases = {pod["status"]["phase"] for pod in cluster.api.list("pods")}
    assert phases == {"Running"}
    arguments = cluster.api.get("deployments.apps", "external-dns", "external-dns")["spec"]["template"]["spec"]
    assert "--txt-owner-id=demo-1-33" in arguments["containers"][0]["args"]


def test_the_same_seed_gives_the_same_cluster_and_another_seed_another() -> None:
    def story(seed: int) -> list[tuple[str, str, str]]:
        cluster = demo(seed)
        establish(cluster)
        return [
            (pod["metadata"]["name"], pod["spec"]["nodeName"], pod["status"]["startTime"])
            for pod in cluster.api.list("pods")
        ]

    assert story(3) == story(3)
    assert story(3) != story(4)


def test_a_cluster_that_never_gets_there_is_named_with_what_it_waits_for() -> None:
    with pytest.raises(NotEstablishedError, match=r"demo-1-33 is still waiting for pod .* to be ready|to be Healthy"):
        establish(demo(1, workers=0), deadline=300)
    with pytest.raises(
        NotEstablishedError, match=r"application root to sync: ComparisonError: .*app path does not exist"
    ):
        establish(demo(1), path="nowhere", deadline=300)


def test_a_quiet_cluster_costs_next_to_nothing(kernel: Kernel) -> None:
    cluster = cluster_named(kernel, "quiet", nodes=6)
    for number in range(60):
        cluster.api.apply(deployment(f"app-{number}", 2), manager="test")
    kernel.run(300)
    assert sum(ready(cluster, f"app-{number}") for number in range(60)) == 120
    before, began = cluster.api.store.revision, time.process_time()
    kernel.run(6 * 3600)
    assert cluster.api.store.revision == before
    assert time.process_time() - began < 0.5
