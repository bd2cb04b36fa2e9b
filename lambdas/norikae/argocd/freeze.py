"""Argo CD in a cluster that goes: it neither generates, nor syncs, nor deletes anything any more.

Its controllers stop before their Applications are changed. An ApplicationSet's own policy could be overruled by its
controller's ``--policy``, and a self-healing parent would put a child's ``automated`` back; what does not run does
neither (Argo CD docs, "Controlling if/when the ApplicationSet controller modifies Application resources").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.argocd.applications import APPLICATIONS, name_of
from norikae.argocd.tracks import syncs_by_itself
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from norikae.cluster.ports import Json, Kubernetes

CONTROLLERS = (
    ("deployments.apps", "argocd-applicationset-controller"),
    ("statefulsets.apps", "argocd-application-controller"),
    ("deployments.apps", "argocd-application-controller"),
)
"""Those that write; the last one stands for the second in installations with dynamic cluster distribution."""

CASCADE = "finalizer.argocd.argoproj.io"
"""What Argo CD's finalizers have in common: resources-, post-delete- and pre-delete- (docs, "App Deletion")."""

SOON = 5


def ensure_frozen(kubernetes: Kubernetes, namespace: str) -> Progress:
    """The next move towards an Argo CD that changes nothing, whose Applications could be deleted without effect.

    Args:
        kubernetes: the API of the cluster that Argo CD runs in.
        namespace: Argo CD's.
    """
    running = [name for resource, name in CONTROLLERS if _is_stopping(kubernetes, resource, name, namespace)]
    if running:
        return Progress.wait(f"{', '.join(running)} to stop, so that nothing puts back what is deleted", SOON)
    for app in kubernetes.list(APPLICATIONS, namespace):
        if held_by(app) or syncs_by_itself(app):
            kubernetes.patch(APPLICATIONS, name_of(app), namespace, released(app))
    return Progress.done()


def held_by(app: Json) -> list[str]:
    """The finalizers by which Argo CD would delete what an Application deployed."""
    return [one for one in app["metadata"].get("finalizers") or [] if CASCADE in one]


def released(app: Json) -> dict[str, Any]:
    """The merge patch after which an Application syncs nothing, and is deleted without what it deployed."""
    others = [one for one in app["metadata"].get("finalizers") or [] if CASCADE not in one]
    return {"metadata": {"finalizers": others or None}, "spec": {"syncPolicy": {"automated": None}}}


def _is_stopping(kubernetes: Kubernetes, resource: str, name: str, namespace: str) -> bool:
    """Whether a controller still has pods; it is asked to have none."""
    found = kubernetes.get(resource, name, namespace)
    if found is None:
        return False
    if found.get("spec", {}).get("replicas", 1) != 0:
        kubernetes.patch(resource, name, namespace, {"spec": {"replicas": 0}})
        return True
    return bool(found.get("status", {}).get("replicas", 0))
