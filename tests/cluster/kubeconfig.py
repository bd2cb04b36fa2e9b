"""Where a cluster is and who comes to it, as ``kubectl`` reads it (Kubernetes docs, "Organizing Cluster Access")."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class UnusableError(Exception):
    """The kubeconfig cannot be used here; the text says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Access:
    """The current context of a kubeconfig.

    Args:
        server: the https URL of the API server.
        ca: its certificate authority, in PEM.
        token: a bearer token, or "" when a certificate is shown instead.
        certificate: client certificate and key, in PEM; "" with a token.
    """

    server: str
    ca: str
    token: str
    certificate: str


def read_kubeconfig(path: Path) -> Access:
    """The current context, with a token or with a client certificate.

    Raises:
        UnusableError: there is neither, or something is missing; credential plugins are not run.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    context = _named(document, "context", document.get("current-context", ""))
    cluster, user = _named(document, "cluster", context["cluster"]), _named(document, "user", context["user"])
    ca = _text(path, cluster, "certificate-authority")
    if not ca:
        raise UnusableError(f"{path}: the cluster has no certificate-authority; skipping TLS checks is not done here")
    token = user.get("token", "")
    if not token and user.get("tokenFile"):
        token = (path.parent / user["tokenFile"]).read_text(encoding="utf-8").strip()
    certificate = _text(path, user, "client-certificate") + _text(path, user, "client-key")
    if not token and not certificate:
        raise UnusableError(f"{path}: the user has neither token nor client certificate; make a token with `kubectl`")
    return Access(cluster["server"], ca, token, "" if token else certificate)


def _named(document: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    for entry in document.get(f"{kind}s") or []:
        if entry["name"] == name:
            found: dict[str, Any] = entry[kind]
            return found
    raise UnusableError(f"there is no {kind} {name!r}; set current-context")


def _text(path: Path, holder: dict[str, Any], key: str) -> str:
    """A PEM that stands in the file itself, or in a file beside it."""
    if holder.get(f"{key}-data"):
        return base64.b64decode(holder[f"{key}-data"]).decode()
    return (path.parent / holder[key]).read_text(encoding="utf-8") if holder.get(key) else ""
