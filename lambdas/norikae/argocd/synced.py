"""What Argo CD has put into a cluster last, which is what a gate judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

APPLICATIONS = "applications.argoproj.io"


def synced_revisions(kubernetes: Kubernetes, argocd: ArgoCd, names: tuple[str, ...]) -> dict[str, str]:
    """What the last sync of each application put there, by its name; applications that were never synced are left out.

    It is the operation's revision, not the comparison's: a commit that nobody synced changes nothing in the cluster.

    Args:
        kubernetes: the API of the applications' home.
        argocd: the environment's Argo CD.
        names: the applications.
    """
    found = {name: kubernetes.get(APPLICATIONS, name, argocd.namespace) for name in names}
    synced = {name: _synced(app) for name, app in found.items() if app is not None}
    return {name: revision for name, revision in synced.items() if revision}


def _synced(app: Json) -> str:
    result = ((app.get("status") or {}).get("operationState") or {}).get("syncResult") or {}
    several = result.get("revisions") or [result.get("revision", "")]
    return " ".join(str(revision) for revision in several if revision)
