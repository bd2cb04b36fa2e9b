"""Where the Argo CD applications of a cluster live: in the cluster itself, or in a central one (mode hub)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.errors import SettingsError

if TYPE_CHECKING:
    from norikae.environment import ArgoCd

IN_CLUSTER = "https://kubernetes.default.svc"
"""How Argo CD calls the cluster that it runs in."""

CLUSTER = "{cluster}"
"""Stands for a cluster's name in ``argocd.root`` and ``argocd.platform``."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where the applications of one cluster are kept, and how they are called there.

    Args:
        cluster: the EKS cluster whose API holds them; another one than ``of`` in mode hub.
        of: the cluster that they are deployed to.
        namespace: where they are in that API.
        root: the application that consists of all others.
        platform: the platform applications in the order of their waves.
    """

    cluster: str
    of: str
    namespace: str
    root: str
    platform: tuple[str, ...]

    @property
    def is_central(self) -> bool:
        """Whether Argo CD runs in another cluster than it deploys to."""
        return self.cluster != self.of


def home_of(argocd: ArgoCd, cluster: str) -> Home:
    """The home of a cluster's applications.

    Args:
        argocd: the environment's Argo CD.
        cluster: the EKS cluster that the applications are deployed to.

    Raises:
        SettingsError: mode hub without ``argocd.hub``, or a root that all clusters would share.
    """
    if argocd.mode == "hub":
        if argocd.hub is None:
            raise SettingsError("argocd.hub is missing; mode hub needs the cluster, role and token_secret of the hub")
        if CLUSTER not in argocd.root:
            raise SettingsError(f"argocd.root is {argocd.root}; in mode hub it needs {CLUSTER}, or clusters share it")
    return Home(
        cluster=argocd.hub.cluster if argocd.mode == "hub" and argocd.hub else cluster,
        of=cluster,
        namespace=argocd.namespace,
        root=argocd.root.replace(CLUSTER, cluster),
        platform=tuple(name.replace(CLUSTER, cluster) for name in argocd.platform),
    )


def counterpart(argocd: ArgoCd, application: str, of: str, on: str) -> str:
    """How one cluster's application is called on another cluster.

    Args:
        argocd: the environment's Argo CD.
        application: the Application on ``of``.
        of: a cluster.
        on: the other cluster; in mode hub its name takes the place of the first one's.
    """
    return application.replace(of, on) if argocd.mode == "hub" else application
