"""The GitOps repository asks who reads it; blue's Argo CD knows, and Secrets Manager keeps the answer for green's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.world import World

LOGIN = {"username": "argocd", "password": "of-the-demo"}


def keep_repository_private(world: World, cluster: str) -> None:
    """Let only those clone the repository who bring its credentials, if the environment file names a secret for them.

    Args:
        world: whose repository it is.
        cluster: the one whose Argo CD somebody has given the credentials.
    """
    argocd = world.environment.argocd
    if not argocd.repository_secret:
        return
    repository = world.git.at(argocd.repository)
    if repository.login != LOGIN:  # with the first cluster
        repository.login = LOGIN
        world.client("secretsmanager").create_secret(Name=argocd.repository_secret, SecretString=json.dumps(LOGIN))
    api = world.clusters[cluster].api
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": argocd.namespace}}, manager="kubectl")
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "gitops",
            "namespace": argocd.namespace,
            "labels": {"argocd.argoproj.io/secret-type": "repository"},
        },
        "stringData": {"type": "git", "url": argocd.repository, **LOGIN},
    }
    api.apply(secret, manager="kubectl")
