"""The root application of a cluster: pinned while a run works on it, and what it renders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.home import IN_CLUSTER, home_of
from norikae.argocd.manifests import target_manifests
from norikae.argocd.tracks import AUTOMATED, CLUSTER, REVISION, syncs_by_itself
from norikae.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.argocd.home import Home
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

PROJECTS = "appprojects.argoproj.io"


def root_application(argocd: ArgoCd, cluster: str, revision: str) -> Json:
    """The root application: pinned, told its cluster, and synced by norikae only, as everything that it renders.

    The chart gets the cluster's name, the commit, and ``automated: false``, so that Applications that sync by
    themselves on blue can be rendered without that until the run is over.

    Args:
        argocd: repository, path and namespace.
        cluster: the cluster that the applications are deployed to.
        revision: the pinned commit.
    """
    home = home_of(argocd, cluster)
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": home.root, "namespace": home.namespace},
        "spec": {
            "project": "default",
            "source": root_source(argocd, revision, {CLUSTER: cluster, REVISION: revision, AUTOMATED: "false"}),
            # Applications are objects of the cluster in which Argo CD runs, wherever they deploy to.
            "destination": {"server": IN_CLUSTER, "namespace": home.namespace},
        },
    }


def root_source(argocd: ArgoCd, revision: str, parameters: Mapping[str, str]) -> Json:
    """Where the root application's chart is, at a revision, with Helm parameters."""
    return {
        "repoURL": argocd.repository,
        "path": argocd.path,
        "targetRevision": revision,
        "helm": {"parameters": [{"name": name, "value": value} for name, value in parameters.items()]},
    }


def ensure_root(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, revision: str) -> Json:
    """The root application as it is once it is pinned to the commit and does not sync by itself.

    Args:
        kubernetes: the API of the applications' home.
        argocd: the environment's Argo CD.
        home: names the root.
        revision: the pinned commit.

    Raises:
        RefusedError: there is a root application that syncs by itself, so it is not norikae's.
    """
    wanted = root_application(argocd, home.of, revision)
    found = kubernetes.get(APPLICATIONS, home.root, home.namespace)
    if found is not None and syncs_by_itself(found):
        raise RefusedError(
            f"application {home.namespace}/{home.root} is already there and syncs by itself; a run makes its own root: "
            "delete it without its resources, or give argocd.root another name"
        )
    if found is None or found.get("spec", {}).get("source") != wanted["spec"]["source"]:
        return kubernetes.apply(wanted)
    return found


def ensure_default_project(kubernetes: Kubernetes, argocd: ArgoCd) -> None:
    """The project that the root belongs to; argocd-server makes it when it starts, a core install has none."""
    if kubernetes.get(PROJECTS, "default", argocd.namespace) is None:
        kubernetes.apply(
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "AppProject",
                "metadata": {"name": "default", "namespace": argocd.namespace},
                "spec": {
                    "sourceRepos": ["*"],
                    "destinations": [{"namespace": "*", "server": "*"}],
                    "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
                },
            }
        )


def refuse_automation(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, revision: str) -> None:
    """What the root renders waits for norikae; asked before its first sync, because afterwards it would be too late.

    Raises:
        RefusedError: an Application would sync by itself as soon as it is there.
    """
    rendered = target_manifests(kubernetes, argocd, home.root, revision)
    eager = sorted(
        obj["metadata"]["name"] for obj in rendered if obj.get("kind") == "Application" and syncs_by_itself(obj)
    )
    if eager:
        raise RefusedError(
            f"the root application renders {', '.join(eager)} with automated sync, which would not wait for the "
            "comparison with blue; let the chart set spec.syncPolicy.automated.enabled from its parameter `automated`"
        )
