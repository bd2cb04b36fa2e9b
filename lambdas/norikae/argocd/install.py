"""Bringing Argo CD to a cluster: its manifests in an order that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.account import SERVER, with_account
from norikae.cluster.manifests import PLURALS, carries, digest_of, stamped
from norikae.cluster.workloads import condition, unready_reason
from norikae.errors import SettingsError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
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


def ensure_installed(kubernetes: Kubernetes, install: Sequence[Json], argocd: ArgoCd) -> Progress:
    """The next move towards a running Argo CD as the manifest has it, with norikae's account in it.

    Server-side apply throughout: the ApplicationSet CRD is too large for the annotation of a client-side one (Argo CD
    3.3 upgrade notes). Workloads are applied last and carry the digest of the whole manifest, so when all of them do,
    everything before them was applied too.

    Args:
        kubernetes: the cluster's API.
        install: the objects of the environment's Argo CD install manifest.
        argocd: namespace and poll.

    Raises:
        SettingsError: the install manifest runs nothing, or no argocd-server.
    """
    objects = [_placed(obj, argocd.namespace) for obj in with_account(install)]
    digest = digest_of(objects)
    workloads = [obj for obj in objects if obj["kind"] in WORKLOADS]
    if not workloads:
        raise SettingsError("argocd.install: the manifest has no Deployment, StatefulSet or DaemonSet")
    if SERVER not in {obj["metadata"]["name"] for obj in workloads}:
        raise SettingsError(
            f"argocd.install: the manifest has no Deployment {SERVER}, which says what Git has before a wave is synced;"
            " a core install is not enough"
        )
    found = [_read(kubernetes, obj) for obj in workloads]
    if not all(carries(obj, digest) for obj in found):
        return _apply(kubernetes, objects, digest, argocd)
    unready = [unready_reason(obj) for obj in found if obj is not None]
    reasons = [reason for reason in unready if reason]
    if reasons:
        return Progress.wait(f"Argo CD: {', '.join(reasons)}", argocd.poll)
    return Progress.done()


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


def _placed(obj: Json, namespace: str) -> Json:
    """The object in Argo CD's namespace, as ``kubectl apply -n`` would put it."""
    if obj["kind"] in CLUSTER_SCOPED or obj["metadata"].get("namespace"):
        return obj
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}


def _read(kubernetes: Kubernetes, obj: Json) -> Json | None:
    metadata = obj["metadata"]
    return kubernetes.get(PLURALS[obj["kind"]], metadata["name"], metadata.get("namespace"))
