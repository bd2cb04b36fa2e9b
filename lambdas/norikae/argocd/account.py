"""The account as which norikae reads from argocd-server, and its token (docs/decisions/008).

Source: Argo CD ``util/session/sessionmanager.go`` (signClaims, Parse), ``util/settings/accounts.go`` (Token,
saveAccount) and ``server/account/account.go`` (CreateToken), the same from 1.5 to 3.4.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec

from norikae.argocd.manifests import TOKEN_SECRET, ask
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

ACCOUNT = "norikae"
SERVER = "argocd-server"
ARGOCD_SECRET = "argocd-secret"  # noqa: S105 - the name of the Secret
SIGNING_KEY = "server.secretkey"
TOKENS = f"accounts.{ACCOUNT}.tokens"

DECLARATIONS = {
    "argocd-cm": {f"accounts.{ACCOUNT}": "apiKey"},
    "argocd-rbac-cm": {f"policy.{ACCOUNT}.csv": f"g, {ACCOUNT}, role:readonly\n"},
}
"""Keys of Argo CD's own ConfigMaps: an account that has tokens but no login, and may read (Argo CD docs, "User
Management"; "RBAC Configuration", policy CSV composition)."""

HEADER = b'{"alg":"HS256","typ":"JWT"}'
LIFETIME = 90 * 86400
LEAST_LEFT = 61 * 86400
"""Seconds: a token that begins a run outlives it, since an execution of the upgrade machine ends after 60 days."""


class _Claims(msgspec.Struct, forbid_unknown_fields=False):
    """What Argo CD writes into a token and looks at when it reads one."""

    iss: str
    sub: str
    jti: str
    iat: int
    nbf: int
    exp: int


class _Token(msgspec.Struct):
    """An entry of ``accounts.<name>.tokens``: a token whose id is not in the list counts as revoked."""

    id: str
    iat: int
    exp: int = 0


class _User(msgspec.Struct):
    """``session.GetUserInfoResponse``; without a token that counts, it is empty."""

    loggedIn: bool = False  # noqa: N815 - Argo CD's name
    username: str = ""


def with_account(objects: Sequence[Json]) -> list[Json]:
    """The install manifest with the account declared in it; nothing else of it is changed."""
    return [_declared(obj) for obj in objects]


def ensure_token(kubernetes: Kubernetes, argocd: ArgoCd, cluster: str, now: float) -> Progress:
    """The next move towards a token that argocd-server takes; a good one is left as it is.

    The token's id is registered before the token is kept, so a crash in between leaves an id without a token, which the
    next look replaces. One id is registered at a time, so an earlier token ends with its successor.

    Args:
        kubernetes: the API of the cluster in which Argo CD runs.
        argocd: the environment's Argo CD.
        cluster: its name, which is in the token's id.
        now: this instant, in seconds since the epoch.

    Raises:
        RefusedError: argocd-server takes the token for somebody else's.
    """
    secret = kubernetes.get("secrets", ARGOCD_SECRET, argocd.namespace)
    key = _decoded(secret, SIGNING_KEY)
    if secret is None or not key:
        return Progress.wait(f"argocd-server to write {SIGNING_KEY} into Secret {ARGOCD_SECRET}", argocd.poll)
    kept = _decoded(kubernetes.get("secrets", TOKEN_SECRET, argocd.namespace), "token").decode(errors="replace")
    if not _is_good(kept, key, _decoded(secret, TOKENS), now):
        _mint(kubernetes, argocd, secret, key, cluster, int(now))
        return Progress.wait("argocd-server to notice its new token", argocd.poll)
    return prove(kubernetes, argocd, kept)


def keep_token(kubernetes: Kubernetes, argocd: ArgoCd, token: str) -> None:
    """Apply the Secret from which ``norikae.argocd.manifests`` reads the token."""
    kubernetes.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": TOKEN_SECRET, "namespace": argocd.namespace},
            "type": "Opaque",
            "data": {"token": base64.b64encode(token.encode()).decode()},
        }
    )


def prove(kubernetes: Kubernetes, argocd: ArgoCd, token: str) -> Progress:
    """Done when argocd-server says who the token is; it answers nobody to a token that does not count.

    Source: Argo CD ``server/session/session.go`` (GetUserInfo, AuthFuncOverride).
    """
    user = msgspec.json.decode(ask(kubernetes, argocd, "/api/v1/session/userinfo", token), type=_User)
    if not user.loggedIn:
        return Progress.wait("argocd-server to take the token of norikae's account", argocd.poll)
    return Progress.done()


def _declared(obj: Json) -> Json:
    keys = DECLARATIONS.get(obj["metadata"]["name"]) if obj["kind"] == "ConfigMap" else None
    return {**obj, "data": {**(obj.get("data") or {}), **keys}} if keys else obj


def _mint(kubernetes: Kubernetes, argocd: ArgoCd, secret: Json, key: bytes, cluster: str, now: int) -> None:
    claims = _Claims(
        iss="argocd", sub=f"{ACCOUNT}:apiKey", jti=f"{cluster}-{now}", iat=now, nbf=now, exp=now + LIFETIME
    )
    registered = msgspec.json.encode([_Token(claims.jti, claims.iat, claims.exp)])
    body = {
        "metadata": {"resourceVersion": secret["metadata"]["resourceVersion"]},
        "data": {TOKENS: base64.b64encode(registered).decode()},
    }
    kubernetes.patch("secrets", ARGOCD_SECRET, argocd.namespace, body)
    keep_token(kubernetes, argocd, _signed(claims, key))


def _signed(claims: _Claims, key: bytes) -> str:
    """A JSON Web Token by HMAC-SHA256 (RFC 7519, RFC 7515)."""
    text = f"{_url64(HEADER)}.{_url64(msgspec.json.encode(claims))}"
    return f"{text}.{_url64(_signature(text, key))}"


def _is_good(token: str, key: bytes, registered: bytes, now: float) -> bool:
    """Whether Argo CD would take a token for as long as a run may last."""
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_url64(_signature(text, key)).encode(), signature.encode()):
        return False
    claims = msgspec.json.decode(_un_url64(text.partition(".")[2]), type=_Claims)
    try:
        ids = {one.id for one in msgspec.json.decode(registered or b"[]", type=list[_Token])}
    except msgspec.DecodeError:
        return False
    return claims.jti in ids and claims.exp - now > LEAST_LEFT


def _signature(text: str, key: bytes) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _un_url64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _decoded(secret: Json | None, key: str) -> bytes:
    try:
        return base64.b64decode(((secret or {}).get("data") or {}).get(key, ""), validate=True)
    except binascii.Error as error:
        raise RefusedError(f"Secret {(secret or {})['metadata']['name']}: data.{key} is not base64: {error}") from error
