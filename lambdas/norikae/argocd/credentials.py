"""The credentials with which Argo CD reads the environment's Git repository."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from norikae.errors import RefusedError

if TYPE_CHECKING:
    from norikae.argocd.secrets_port import Secrets
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label
REPOSITORY_SECRET = "norikae-repository"  # noqa: S105 - the name of the Secret

FIELDS = frozenset(
    {
        "bearerToken",
        "enableLfs",
        "forceHttpBasicAuth",
        "githubAppEnterpriseBaseUrl",
        "githubAppID",
        "githubAppInstallationID",
        "githubAppPrivateKey",
        "insecure",
        "noProxy",
        "password",
        "proxy",
        "sshPrivateKey",
        "tlsClientCertData",
        "tlsClientCertKey",
        "username",
    }
)
"""What a repository's Secret may hold besides type and url (Argo CD ``util/db/repository_secrets.go``)."""


def ensure_credentials(kubernetes: Kubernetes, argocd: ArgoCd, secrets: Secrets) -> None:
    """The repository's Secret in Argo CD's namespace says what Secrets Manager says now; without a secret, nothing.

    Args:
        kubernetes: the API of the cluster in which Argo CD runs.
        argocd: names repository and secret.
        secrets: Secrets Manager.

    Raises:
        NotFoundError: there is no such secret.
        RefusedError: it holds something that Argo CD does not know; the text names the keys, never the values.
    """
    if not argocd.repository_secret:
        return
    value = secrets.read(argocd.repository_secret)
    unknown = sorted(set(value) - FIELDS)
    if unknown:
        raise RefusedError(
            f"secret {argocd.repository_secret} has {', '.join(unknown)}, which is no field of a repository; "
            f"Argo CD knows {', '.join(sorted(FIELDS))}"
        )
    wanted = _secret(argocd, {"type": "git", "url": argocd.repository, **value})
    found = kubernetes.get("secrets", REPOSITORY_SECRET, argocd.namespace)
    if found is None or found.get("data") != wanted["data"]:
        kubernetes.apply(wanted)


def encoded(value: dict[str, str]) -> dict[str, str]:
    """Texts as ``data`` of a Secret."""
    return {key: base64.b64encode(text.encode()).decode() for key, text in value.items()}


def _secret(argocd: ArgoCd, value: dict[str, str]) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": REPOSITORY_SECRET,
            "namespace": argocd.namespace,
            "labels": {SECRET_TYPE: "repository"},
        },
        "type": "Opaque",
        "data": encoded(value),
    }
