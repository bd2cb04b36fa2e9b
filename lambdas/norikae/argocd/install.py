"""Bringing Argo CD to a cluster: its manifests in an order that works, then the root application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import APPLICATIONS, ROOT
from norikae.cluster.manifests import PLURALS, carries, digest_of, stamped
from norikae.cluster.workloads import condition, unready_reason
from norikae.errors import SettingsError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd, Environment

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
PROJECTS = "appprojects.argoproj.io"
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PriorityClass",
        "ValidatingWebhookConfiguration",
    }
)
"""The kinds without a namespace that install manifests hold."""


def ensure_argo_cd(
    kubernetes: Kubernetes, install: Sequence[Json], environment: Environment, cluster: str, revision: str
) -> Progress:
    """The next move towards a running Argo CD with the root application pinned to a commit; it syncs nothing yet.

    Server-side apply throughout: the ApplicationSet CRD is too large for the annotation of a client-side one (Argo CD
    3.3 upgrade notes). Workloads are applied last and carry the digest of the whole manifest, so when all of them do,
    everything before them was applied too.

    Args:
        kubernetes: the cluster's API.
        install: the objects of the environment's Argo CD install manifest.
        environment: repository, path and namespace.
        cluster: the cluster's name, handed to the charts as Helm parameter ``cluster``.
        revision: the pinned commit, handed on as Helm parameter ``revision``.

    Raises:
        SettingsError: the install manifest runs nothing.
    """
    argocd = environment.argocd
    digest = digest_of(install)
    objects = [_placed(obj, argocd.namespace) for obj in install]
    workloads = [obj for obj in objects if obj["kind"] in WORKLOADS]
    if not workloads:
        raise SettingsError("argocd.install: the manifest has no Deployment, StatefulSet or DaemonSet")
    found = [_read(kubernetes, obj) for obj in workloads]
    if not all(carries(obj, digest) for obj in found):
        return _apply(kubernetes, objects, digest, argocd)
    unready = [unready_reason(obj) for obj in found if obj is not None]
    reasons = [reason for reason in unready if reason]
    if reasons:
        return Progress.wait(f"Argo CD: {', '.join(reasons)}", argocd.poll)
    return _ensure_root(kubernetes, argocd, cluster, revision, has_projects=_has_projects(objects))


def root_application(argocd: ArgoCd, cluster: str, revision: str) -> Json:
    """The root application: pinned, told its cluster, and synced by norikae only (it has no automated sync)."""
    parameters = [{"name": "cluster", "value": cluster}, {"name": "revision", "value": revision}]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": ROOT, "namespace": argocd.namespace},
        "spec": {
            "project": "default",
            "source": {
                "repoURL": argocd.repository,
                "path": argocd.path,
                "targetRevision": revision,
                "helm": {"parameters": parameters},
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": argocd.namespace},
        },
    }


def _apply(kubernetes: Kubernetes, objects: Sequence[Json], digest: str, argocd: ArgoCd) -> Progress:
    """Namespaces, definitions and their establishment, then all the rest with the workloads last."""
    if kubernetes.get("namespaces", argocd.namespace) is None:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": argocd.namespace}}
        kubernetes.apply(stamped(namespace, digest))
    definitions = [obj for obj in objects if obj["kind"] == "CustomResourceDefinition"]
    for obj in definitions:
        if not carries(kubernetes.get(CRDS, obj["metadata"]["name"]), digest):
            kubernetes.apply(stamped(obj, digest))
    waiting = [name for name in (obj["metadata"]["name"] for obj in definitions) if not _serves(kubernetes, name)]
    if waiting:
        return Progress.wait(f"the API server to serve {', '.join(waiting)}", argocd.poll)
    rest = [obj for obj in objects if obj["kind"] not in {"CustomResourceDefinition", "Namespace"}]
    for obj in sorted(rest, key=_order):
        kubernetes.apply(stamped(obj, digest))
    return Progress.wait("Argo CD was just applied and starts", argocd.poll)


def _order(obj: Json) -> int:
    """Accounts and rights, then configuration, then what runs with them."""
    kind = obj["kind"]
    if kind in WORKLOADS:
        return 2
    return 0 if kind == "ServiceAccount" or "Role" in kind else 1


def _serves(kubernetes: Kubernetes, definition: str) -> bool:
    found = kubernetes.get(CRDS, definition)
    return found is not None and condition(found, "Established") == "True"


def _ensure_root(
    kubernetes: Kubernetes, argocd: ArgoCd, cluster: str, revision: str, *, has_projects: bool
) -> Progress:
    # Argo CD's own API server makes the default project when it starts; a core install has none (core install docs).
    if has_projects and kubernetes.get(PROJECTS, "default", argocd.namespace) is None:
        kubernetes.apply(_default_project(argocd))
    wanted = root_application(argocd, cluster, revision)
    found = kubernetes.get(APPLICATIONS, ROOT, argocd.namespace)
    if found is None or found.get("spec", {}).get("source") != wanted["spec"]["source"]:
        kubernetes.apply(wanted)
    return Progress.done()


def _has_projects(objects: Sequence[Json]) -> bool:
    return any(obj["kind"] == "CustomResourceDefinition" and obj["metadata"]["name"] == PROJECTS for obj in objects)


def _default_project(argocd: ArgoCd) -> Json:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "default", "namespace": argocd.namespace},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"namespace": "*", "server": "*"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        },
    }


def _placed(obj: Json, namespace: str) -> Json:
    """The object in Argo CD's namespace, as ``kubectl apply -n`` would put it."""
    if obj["kind"] in CLUSTER_SCOPED or obj["metadata"].get("namespace"):
        return obj
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}


def _read(kubernetes: Kubernetes, obj: Json) -> Json | None:
    metadata = obj["metadata"]
    return kubernetes.get(PLURALS[obj["kind"]], metadata["name"], metadata.get("namespace"))
