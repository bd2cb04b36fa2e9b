"""A cluster as it serves today: Argo CD installed, the root application synced, everything below it healthy.

Worlds use it to prepare blue; green gets there by norikae itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE
from local.cluster.charts import documents
from local.cluster.objects import Json, is_active_pod, is_ready_pod

if TYPE_CHECKING:
    from local.cluster.cluster import KubernetesCluster

ROOT = "root"
OPERATOR = "kubectl"
_LOOK_SECONDS = 5.0
_INSTALLED_FIRST = ("Namespace", "CustomResourceDefinition")


class NotEstablishedError(Exception):
    """The cluster did not get there in time; names what it waits for."""


def install_argocd_and_sync(
    cluster: KubernetesCluster,
    *,
    install: Path,
    repository: str,
    path: str,
    revision: str = "main",
    deadline: float = 1800.0,
    gated_kinds: tuple[str, ...] = (),
) -> None:
    """Bring a cluster with nodes to the state in which a run finds blue; runs the kernel meanwhile.

    Everything is synced to ``revision``, nothing syncs by itself afterwards, and all pods are ready. An Ingress gets
    its address only where a load balancer controller runs; without one its application stays Progressing.

    Args:
        cluster: the cluster.
        install: the environment's Argo CD install manifest.
        repository: the URL of the GitOps repository.
        path: the root application's folder in it.
        revision: the branch that all applications follow.
        deadline: virtual seconds for all of it.
        gated_kinds: kinds whose health nobody provides in this world (``("Ingress",)`` without an ALB controller);
            an application may stay Progressing if it has such a resource.

    Raises:
        NotEstablishedError: something is still missing at the deadline.
    """
    install_argocd(cluster, install, deadline)
    sync_everything(cluster, root_application(cluster.name, repository, path, revision), deadline, gated_kinds)


def install_argocd(cluster: KubernetesCluster, install: Path, deadline: float = 1800.0) -> None:
    """Argo CD runs in a cluster; the kernel runs meanwhile.

    Args:
        cluster: the cluster, with nodes.
        install: the install manifest.
        deadline: virtual seconds.

    Raises:
        NotEstablishedError: it does not start in time.
    """
    _apply_all(cluster, documents(install.name, install.read_text(encoding="utf-8")))
    until = cluster.kernel.env.now + deadline
    _wait(cluster, until, lambda: "" if cluster.argocd.is_active else "Argo CD to start")


def sync_everything(
    cluster: KubernetesCluster,
    root: Json,
    deadline: float = 1800.0,
    gated_kinds: tuple[str, ...] = (),
    *,
    pods_in: KubernetesCluster | None = None,
) -> None:
    """A root application and all that it consists of are synced and healthy; the kernel runs meanwhile.

    Args:
        cluster: the cluster of Argo CD.
        root: the application of applications.
        deadline: virtual seconds.
        gated_kinds: kinds whose health nobody provides in this world.
        pods_in: the cluster whose pods have to be ready; by default the same.

    Raises:
        NotEstablishedError: something is still missing at the deadline.
    """
    until, name = cluster.kernel.env.now + deadline, root["metadata"]["name"]
    before = {app["metadata"]["name"] for app in cluster.informer.every(APPLICATIONS, NAMESPACE)}
    cluster.api.apply(root, manager=OPERATOR)
    _sync(cluster, [name])
    _wait(cluster, until, lambda: _unsynced(cluster, [name]))
    found = [app["metadata"]["name"] for app in cluster.informer.every(APPLICATIONS, NAMESPACE)]
    children = [one for one in found if one not in {name, *before}]
    _sync(cluster, children)
    _wait(
        cluster,
        until,
        lambda: (
            _synced_again(cluster, children)
            or _unsynced(cluster, children)
            or _unready(cluster, children, gated_kinds, pods_in or cluster)
        ),
    )


def root_application(cluster: str, repository: str, path: str, revision: str, *, called: str = ROOT) -> Json:
    """The application of applications of a cluster; it follows a branch and hands cluster and branch down."""
    parameters = [{"name": "cluster", "value": cluster}, {"name": "revision", "value": revision}]
    source = {"repoURL": repository, "path": path, "targetRevision": revision, "helm": {"parameters": parameters}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": called, "namespace": NAMESPACE},
        "spec": {
            "project": "default",
            "source": source,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": NAMESPACE},
        },
    }


def _apply_all(cluster: KubernetesCluster, objects: list[Json]) -> None:
    for obj in sorted(objects, key=lambda one: one["kind"] not in _INSTALLED_FIRST):
        cluster.api.apply(obj, manager=OPERATOR)


def _sync(cluster: KubernetesCluster, names: list[str]) -> None:
    operation = {"operation": {"initiatedBy": {"username": OPERATOR}, "sync": {}}}
    for name in names:
        cluster.api.patch(APPLICATIONS, name, NAMESPACE, operation, manager=OPERATOR)


def _synced_again(cluster: KubernetesCluster, names: list[str]) -> str:
    """Whoever was synced before the definitions were there that another application brings is synced once more."""
    states = {name: (cluster.argocd.app(name) or {}).get("status", {}).get("operationState", {}) for name in names}
    failed = [name for name, state in states.items() if state.get("phase") == "Failed"]
    if failed and all(state.get("phase") in {"Failed", "Succeeded"} for state in states.values()):
        _sync(cluster, failed)
        return f"application {failed[0]} to sync: {states[failed[0]].get('message', '')}"
    return ""


def _unsynced(cluster: KubernetesCluster, names: list[str]) -> str:
    for name in names:
        app = cluster.argocd.app(name) or {}
        status = app.get("status", {})
        state = status.get("operationState", {})
        if app.get("operation") or state.get("phase") != "Succeeded":
            return f"application {name} to sync: {state.get('message', 'not started')}"
        if status.get("sync", {}).get("status") != "Synced":
            return f"application {name} to be Synced"
    return ""


def _unready(
    cluster: KubernetesCluster, names: list[str], gated_kinds: tuple[str, ...], pods_in: KubernetesCluster
) -> str:
    for name in names:
        status = (cluster.argocd.app(name) or {}).get("status", {})
        gated = any(one["kind"] in gated_kinds for one in status.get("resources", ()))
        if status.get("health", {}).get("status") != "Healthy" and not gated:
            return f"application {name} to be Healthy"
    for pod in pods_in.informer.every("pods"):
        if is_active_pod(pod) and not is_ready_pod(pod):
            return f"pod {pod['metadata']['namespace']}/{pod['metadata']['name']} to be ready"
    return ""


def _wait(cluster: KubernetesCluster, until: float, missing: Callable[[], str]) -> None:
    while reason := missing():
        if cluster.kernel.env.now >= until:
            raise NotEstablishedError(f"{cluster.name} is still waiting for {reason}")
        cluster.kernel.run(_LOOK_SECONDS)
