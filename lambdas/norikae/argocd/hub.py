"""Mode hub: a central Argo CD learns of a cluster, and forgets it again.

Source: Argo CD docs, "Declarative Setup", clusters and EKS: label, name, server, ``awsAuthConfig``, ``caData``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.argocd.account import keep_token, prove
from norikae.argocd.applications import APPLICATIONS, descendants, name_of, read_applications
from norikae.argocd.credentials import SECRET_TYPE, encoded
from norikae.argocd.freeze import held_by, released
from norikae.argocd.tracks import syncs_by_itself
from norikae.cluster.names import ADMIN_GROUP
from norikae.errors import ConflictError, RefusedError, SettingsError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.argocd.home import Home
    from norikae.argocd.secrets_port import Secrets
    from norikae.cluster.eks_port import Cluster
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd, Hub

SOON = 5


def hub_of(argocd: ArgoCd) -> Hub:
    """The central Argo CD.

    Raises:
        SettingsError: the environment file does not say where it is.
    """
    if argocd.hub is None:
        raise SettingsError("argocd.hub is missing; mode hub needs the cluster, role and token_secret of the hub")
    return argocd.hub


def with_hub(access: Mapping[str, Sequence[str]], argocd: ArgoCd) -> Mapping[str, Sequence[str]]:
    """Who enters a new cluster: norikae's functions, and in mode hub the role that Argo CD deploys with, as admin."""
    if argocd.mode != "hub":
        return access
    return {**access, ADMIN_GROUP: (*access.get(ADMIN_GROUP, ()), hub_of(argocd).role)}


def ensure_hub_token(kubernetes: Kubernetes, argocd: ArgoCd, secrets: Secrets) -> Progress:
    """The token that the hub's owner keeps in Secrets Manager is where readers look, and argocd-server takes it.

    Raises:
        NotFoundError: there is no such secret.
        RefusedError: it has no token, or argocd-server does not take it.
    """
    name = hub_of(argocd).token_secret
    token = secrets.read(name).get("token", "")
    if not token:
        raise RefusedError(f'secret {name} has no token; put {{"token": "…"}} of Argo CD\'s account norikae into it')
    keep_token(kubernetes, argocd, token)
    return prove(kubernetes, argocd, token)


def ensure_cluster_secret(kubernetes: Kubernetes, argocd: ArgoCd, root: Json, cluster: Cluster | None) -> Progress:
    """The hub's Argo CD knows the cluster under its own name; it forgets it when the root application is deleted.

    The Secret is only ever created, so norikae needs no right to read or change any Secret of the hub. The hub enters
    the cluster as ``argocd.hub.role``, by a token that its EKS access entry there admits.

    Args:
        kubernetes: the hub's API.
        argocd: the environment's Argo CD.
        root: the cluster's root application on the hub, which owns the Secret.
        cluster: what EKS says of the cluster.
    """
    if cluster is None or not cluster.endpoint or not cluster.ca:
        return Progress.wait("EKS to name the endpoint and certificate authority of the cluster", argocd.poll)
    config = {
        "awsAuthConfig": {"clusterName": cluster.name, "roleARN": hub_of(argocd).role},
        "tlsClientConfig": {"insecure": False, "caData": cluster.ca},
    }
    value = {"name": cluster.name, "server": cluster.endpoint, "config": msgspec.json.encode(config).decode()}
    owner = {
        "apiVersion": root["apiVersion"],
        "kind": root["kind"],
        "name": name_of(root),
        "uid": root["metadata"]["uid"],
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"norikae-{cluster.name}",
            "namespace": argocd.namespace,
            "labels": {SECRET_TYPE: "cluster"},
            "ownerReferences": [owner],
        },
        "type": "Opaque",
        "data": encoded(value),
    }
    try:
        kubernetes.create(secret)
    except ConflictError:  # it was made at an earlier look
        return Progress.done()
    return Progress.wait(f"the hub to notice {cluster.name}", SOON)


def ensure_forgotten(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, endpoint: str = "") -> Progress:
    """The next move towards a hub without the cluster's applications; what they deployed stays where it is.

    They stop syncing by themselves, root first, so that nothing is put back; then the children go and the root last,
    because it tells which they are. With it goes the Secret that norikae made. Applications that no root knows, but
    that are deployed to the cluster, go too.

    Args:
        kubernetes: the hub's API.
        argocd: the environment's Argo CD.
        home: the cluster's applications.
        endpoint: of the cluster's API; "" when it is not known any more.

    Raises:
        RefusedError: an ApplicationSet would make one of them again; it serves other clusters, so it is left alone.
    """
    apps = read_applications(kubernetes, argocd)
    names = _names_of(apps, home, endpoint)
    refuse_generated({name: apps[name] for name in names}, home.of)
    for name in names:
        if held_by(apps[name]) or syncs_by_itself(apps[name]):
            kubernetes.patch(APPLICATIONS, name, home.namespace, released(apps[name]))
    going = [name for name in names if name != home.root] or names
    for name in going:
        kubernetes.delete(APPLICATIONS, name, home.namespace)
    return Progress.wait(f"the hub to forget {', '.join(going)}", SOON) if going else Progress.done()


def refuse_generated_on_hub(kubernetes: Kubernetes, argocd: ArgoCd, home: Home, endpoint: str) -> None:
    """No ApplicationSet of the hub makes an application of the cluster; asked before anything of it is touched.

    Raises:
        RefusedError: one does.
    """
    apps = read_applications(kubernetes, argocd)
    refuse_generated({name: apps[name] for name in _names_of(apps, home, endpoint)}, home.of)


def refuse_generated(apps: Mapping[str, Json], cluster: str) -> None:
    """None of these applications comes from an ApplicationSet, which would make it again.

    Raises:
        RefusedError: one does.
    """
    for name, app in apps.items():
        for owner in app["metadata"].get("ownerReferences") or []:
            if owner["kind"] == "ApplicationSet":
                raise RefusedError(
                    f"application {name} on the hub is made by ApplicationSet {owner['name']}, which would bring it "
                    f"back; give the set preserveResourcesOnDeletion, take {cluster} out of its generators, then "
                    "resume"
                )


def _names_of(apps: Mapping[str, Json], home: Home, endpoint: str) -> list[str]:
    """The root, its descendants, and whatever else is deployed to the cluster."""
    known = [name for name in (home.root, *descendants(apps, home.root)) if name in apps]
    return [*known, *(name for name in apps if name not in known and _goes_to(apps[name], home.of, endpoint))]


def _goes_to(app: Json, cluster: str, endpoint: str) -> bool:
    destination = app.get("spec", {}).get("destination", {})
    return destination.get("name") == cluster or bool(endpoint and destination.get("server") == endpoint)
