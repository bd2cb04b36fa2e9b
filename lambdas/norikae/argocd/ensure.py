"""From a cluster to an Argo CD that holds its applications at a commit and has synced nothing yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.argocd.account import ensure_token
from norikae.argocd.credentials import ensure_credentials
from norikae.argocd.hub import ensure_cluster_secret, ensure_hub_token
from norikae.argocd.install import ensure_installed
from norikae.argocd.root import ensure_default_project, ensure_root, refuse_automation
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from norikae.argocd.home import Home
    from norikae.argocd.secrets_port import Secrets
    from norikae.cluster.eks_port import Clusters
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd


@dataclass(frozen=True, slots=True)
class Around:
    """What Argo CD needs besides the API of the cluster that it runs in.

    Args:
        eks: describes the cluster that is deployed to.
        secrets: repository credentials, the hub's token.
        install: reads the environment's Argo CD install manifest.
        now: this instant, in seconds since the epoch.
    """

    eks: Clusters
    secrets: Callable[[], Secrets]
    install: Callable[[], Sequence[Json]]
    now: float


def ensure_argo_cd(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, revision: str, around: Around) -> Progress:
    """The next move towards a running Argo CD with the root application pinned to a commit; it syncs nothing yet.

    Args:
        kubernetes: the API of the applications' home.
        argocd: the environment's Argo CD.
        home: where the cluster's applications live.
        revision: the pinned commit, handed on as Helm parameter ``revision``.
        around: the rest of the world.

    Raises:
        SettingsError: the install manifest or the environment's keys about Argo CD do not do.
        NotFoundError: Secrets Manager lacks a secret that the environment names.
        RefusedError: credentials or token do not do, or an application would sync by itself.
    """
    stage = _central if home.is_central else _in_cluster
    progress = stage(kubernetes, argocd, home, revision, around)
    if progress.ready:
        refuse_automation(kubernetes, argocd, home, revision)
    return progress


def _in_cluster(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, revision: str, around: Around) -> Progress:
    progress = ensure_installed(kubernetes, around.install(), argocd)
    if not progress.ready:
        return progress
    progress = ensure_token(kubernetes, argocd, home.cluster, around.now)
    if not progress.ready:
        return progress
    if argocd.repository_secret:
        ensure_credentials(kubernetes, argocd, around.secrets())
    ensure_default_project(kubernetes, argocd)
    ensure_root(kubernetes, argocd, home, revision)
    return Progress.done()


def _central(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, revision: str, around: Around) -> Progress:
    """The hub is its owner's: only the token, the root application and the cluster's Secret are put there."""
    progress = ensure_hub_token(kubernetes, argocd, around.secrets())
    if not progress.ready:
        return progress
    root = ensure_root(kubernetes, argocd, home, revision)
    return ensure_cluster_secret(kubernetes, argocd, root, around.eks.cluster(home.of))
