"""A central Argo CD that has been deploying to the cluster that serves: it lives in a cluster of its own.

Source: Argo CD docs, "Declarative Setup" (cluster Secrets, EKS), "User Management" (account, token).
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from local.assembly import ROOT
from local.cluster.argocd.application import NAMESPACE
from local.cluster.established import OPERATOR, install_argocd, root_application, sync_everything
from local.cluster.git import Repository
from local.reach import API_PORT
from norikae.argocd.account import ACCOUNT, DECLARATIONS
from norikae.argocd.home import home_of

if TYPE_CHECKING:
    from local.world import World
    from norikae.environment import Hub

VERSION = "1.35"
"""Of the hub's own cluster; no run changes it."""
NODES = 3


def open_hub(world: World) -> None:
    """A cluster with Argo CD in it, from which functions are not kept out, and whose owner has made norikae a token."""
    hub, network = _hub(world), world.environment.network
    role = f"arn:aws:iam::{world.environment.account}:role/tools-cluster"
    world.eks.adopt(hub.cluster, VERSION, role_arn=role, subnets=list(network.subnets))
    group = world.eks.clusters[hub.cluster].vpc["clusterSecurityGroupId"]
    for source in network.security_groups:
        world.ec2.admit(group, source=source, port=API_PORT)
    central = world.clusters[hub.cluster].controllers
    for number in range(NODES):
        central.add_node(f"{hub.cluster}-{number}")
    install_argocd(central, ROOT / "environments" / world.environment.argocd.install)
    for config_map, data in DECLARATIONS.items():
        central.api.patch("configmaps", config_map, NAMESPACE, {"data": data}, manager=OPERATOR)
    token = central.argocd.server.accounts.create_token(ACCOUNT, "of-the-owner", 0)
    secret = json.dumps({"token": token})
    world.client("secretsmanager").create_secret(Name=hub.token_secret, SecretString=secret)


def deploy_from_hub(world: World, name: str, revision: str) -> None:
    """Everything of a cluster is synced by the hub and healthy; the cluster itself has no Argo CD.

    Args:
        world: the world, with the hub opened.
        name: the cluster, which admits the hub's role as admin.
        revision: the branch that its applications follow.
    """
    argocd, hub = world.environment.argocd, _hub(world)
    central, cluster = world.clusters[hub.cluster].controllers, world.clusters[name].controllers
    endpoint = world.clusters[name].endpoint
    config = {
        "awsAuthConfig": {"clusterName": name, "roleARN": hub.role},
        "tlsClientConfig": {"insecure": False, "caData": base64.b64encode(endpoint.ca_pem.encode()).decode()},
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"cluster-{name}",
            "namespace": NAMESPACE,
            "labels": {"argocd.argoproj.io/secret-type": "cluster"},
        },
        "stringData": {"name": name, "server": endpoint.url, "config": json.dumps(config)},
    }
    central.api.apply(secret, manager=OPERATOR)
    root = root_application(name, argocd.repository, argocd.path, revision, called=home_of(argocd, name).root)
    sync_everything(central, root, pods_in=cluster)


def for_all_clusters(repository: Repository) -> Repository:
    """The same repository as a central Argo CD needs it: Applications named after their cluster, which they go to."""
    files = repository.files(repository.resolve("main"))
    return Repository({path: _of_a_hub(path, text) for path, text in files.items()})


def _of_a_hub(path: str, text: str) -> str:
    if not path.startswith("clusters/templates/"):
        return text
    name = path.rpartition("/")[2].removesuffix(".yaml")
    return (
        text.replace(f"  name: {name}\n", f'  name: "{{{{ .Values.cluster }}}}-{name}"\n', 1)
        .replace("    server: https://kubernetes.default.svc\n", '    name: "{{ .Values.cluster }}"\n')
        .replace("    helm:\n", f"    helm:\n      releaseName: {name}\n")
    )


def _hub(world: World) -> Hub:
    hub = world.environment.argocd.hub
    if hub is None:
        raise ValueError(f"environment {world.environment.environment} has no argocd.hub")
    return hub
