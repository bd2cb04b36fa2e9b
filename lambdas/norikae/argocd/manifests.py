"""What Git has for an application at a commit, rendered by Argo CD itself (docs/decisions/008)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import msgspec

from norikae.argocd.applications import APPLICATIONS, pinned_positions
from norikae.errors import CredentialsExpiredError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

TOKEN_SECRET = "norikae-argocd-token"  # noqa: S105 - the name of the Secret
"""Holds the token in ``data.token``; the group norikae:compare may get this one Secret and no other."""

SERVER = "https:argocd-server:443"
PLAIN_SERVER = "argocd-server:80"
"""The Service of argocd-server as the API server's proxy names it; it speaks plain HTTP with ``server.insecure``."""

PARAMETERS = "argocd-cmd-params-cm"


class _Answer(msgspec.Struct):
    """``repository.ManifestResponse``, as much of it as matters."""

    manifests: tuple[str, ...] = ()


def target_manifests(kubernetes: Kubernetes, argocd: ArgoCd, application: str, revision: str) -> list[Json]:
    """The objects that a sync of the application to a commit would apply, with Secret values hidden by Argo CD.

    It is what ``argocd app manifests <name> --revision <commit>`` prints: the Application as it is on the cluster, with
    its parameters, is rendered from that commit; nothing is applied (Argo CD ``server/application/application.go``,
    GetManifests). The token goes as a cookie, because the API server keeps the Authorization header for itself.

    Args:
        kubernetes: the API of the cluster in which Argo CD runs (``norikae.argocd.home``).
        argocd: the environment's Argo CD.
        application: the Application, which has to exist.
        revision: the commit; with "" the one that the Application asks for. An Application with several sources gets
            the commit for each of its sources in ``argocd.repository`` and its own revisions for the others.

    Raises:
        NotFoundError: there is no such Application, or no token.
        RefusedError: argocd-server does not take the token, or cannot render; the text is its own.
        UnreachableError: argocd-server does not answer, or its repo server fails.
    """
    app = kubernetes.get(APPLICATIONS, application, argocd.namespace)
    if app is None:
        raise NotFoundError(f"there is no application {argocd.namespace}/{application} to render")
    path = f"/api/v1/applications/{quote(application)}/manifests"
    query = _revisions(app, argocd, revision)
    answer = ask(kubernetes, argocd, f"{path}?{query}" if query else path, token_of(kubernetes, argocd))
    try:
        rendered = msgspec.json.decode(answer, type=_Answer).manifests
        return [msgspec.json.decode(manifest, type=dict) for manifest in rendered]
    except msgspec.DecodeError as error:
        raise RefusedError(f"argocd-server's manifests of application {application} are not JSON: {error}") from error


def token_of(kubernetes: Kubernetes, argocd: ArgoCd) -> str:
    """The token that ``Ensure Argo CD`` keeps for reads from argocd-server.

    Raises:
        NotFoundError: there is none.
    """
    secret = kubernetes.get("secrets", TOKEN_SECRET, argocd.namespace)
    try:
        return base64.b64decode((secret or {})["data"]["token"], validate=True).decode()
    except (KeyError, TypeError, binascii.Error, UnicodeDecodeError) as error:
        raise NotFoundError(
            f"Secret {argocd.namespace}/{TOKEN_SECRET} has no token for argocd-server; start the next attempt of the "
            "run, whose Ensure Argo CD makes a new one"
        ) from error


def ask(kubernetes: Kubernetes, argocd: ArgoCd, path: str, token: str) -> bytes:
    """What argocd-server answers to a GET, asked through the API server's proxy.

    Raises:
        RefusedError: it does not take the token, or refuses; the text is its own.
        UnreachableError: it does not answer.
    """
    found = kubernetes.get("configmaps", PARAMETERS, argocd.namespace) or {}
    parameters = found.get("data") or {}
    server = PLAIN_SERVER if parameters.get("server.insecure") == "true" else SERVER
    rootpath = "/" + str(parameters.get("server.rootpath") or "").strip("/")
    try:
        return kubernetes.proxied(server, argocd.namespace, rootpath.rstrip("/") + path, cookie=f"argocd.token={token}")
    except CredentialsExpiredError as error:
        raise RefusedError(
            f"argocd-server does not take the token of account norikae ({error}); start the next attempt of the run, "
            "whose Ensure Argo CD makes a new one"
        ) from error


def _revisions(app: Json, argocd: ArgoCd, revision: str) -> str:
    """The query that asks for a commit."""
    if not revision:
        return ""
    if not app.get("spec", {}).get("sources"):
        return urlencode({"revision": revision})
    positions = pinned_positions(app, argocd)
    return urlencode({"revisions": [revision] * len(positions), "sourcePositions": positions}, doseq=True)
