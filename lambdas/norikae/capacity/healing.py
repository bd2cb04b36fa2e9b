"""Who sets a field back that norikae has changed, in words that lead to a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.home import home_of
from norikae.errors import NorikaeError
from norikae.singletons.policy import sets
from norikae.traffic.applications import owner

if TYPE_CHECKING:
    from norikae.capacity.ledger import Override
    from norikae.capacity.workloads import Workload
    from norikae.cluster.ports import Json
    from norikae.traffic.moving import Moving


def why_reverted(moving: Moving, workload: Workload, change: Override) -> str:
    """What took a change back, and what helps.

    Args:
        moving: the application.
        workload: which.
        change: what norikae had written to it, or to its autoscaler.
    """
    field = f"spec.{change.field}"
    text = f"norikae set {field} of {change.name} to {change.now} and somebody set it back"
    scaler = workload.autoscaler
    if scaler and scaler.owner:
        return f"{text}: {scaler.owner} owns the autoscaler; raise the minimum there (KEDA: minReplicaCount)"
    obj = scaler.obj if scaler else workload.obj
    app = _application(moving, owner(obj))
    if app is not None and sets(obj, change.field) and heals(app):
        name = app["metadata"]["name"]
        return (
            f"{text}: Application {name} heals itself and Git sets it; let {name} ignore /spec/{change.field} "
            "(spec.ignoreDifferences, with the sync option RespectIgnoreDifferences=true), or raise it in Git"
        )
    return f"{text}; find out who (kubectl get --show-managed-fields)"


def heals(app: Json) -> bool:
    """Whether Argo CD syncs an Application by itself whenever the cluster differs (``automated.selfHeal``)."""
    automated = ((app.get("spec") or {}).get("syncPolicy") or {}).get("automated") or {}
    return bool(automated.get("selfHeal")) and automated.get("enabled") is not False


def _application(moving: Moving, name: str) -> Json | None:
    if not name:
        return None
    home = home_of(moving.ports.environment.argocd, moving.green)
    try:
        return moving.ports.kubernetes(home.cluster).get(APPLICATIONS, name, home.namespace)
    except NorikaeError:  # it is only for the words
        return None
