"""Tokens of service accounts: the issuer that signs them, and the ``token`` subresource that asks for one.

Sources: Kubernetes docs, "Managing Service Accounts" (TokenRequest), ``pkg/apis/authentication/validation``,
``pkg/registry/core/serviceaccount/storage/token.go``, ``pkg/serviceaccount/claims.go``. EKS signs with RS256,
this issuer with ES256, because such a key can be drawn from a seed.
"""

import base64
import json
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from local.kubernetes import errors
from local.kubernetes.wire import Answer, json_object

if TYPE_CHECKING:
    from local.kubernetes.subresources import Call

_BITS = 255
_HALF = 32
_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
SHORTEST = 600
LONGEST = 86400
"""Seconds; the API server of EKS gives no token for longer than a day (EKS guide, "Kubernetes service accounts")."""
HOUR = 3600


class TokenIssuer:
    """Who signs a cluster's service account tokens, known to the outside by an OIDC issuer's URL.

    Args:
        url: the issuer.
        draw: the stream that the key is drawn from.
    """

    def __init__(self, url: str, draw: random.Random) -> None:
        self.url = url
        self._key = ec.derive_private_key(draw.getrandbits(_BITS) | 1, ec.SECP256R1())

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWT with these claims."""
        head = {"alg": "ES256", "kid": "1"}
        text = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        r, s = decode_dss_signature(self._key.sign(text.encode(), _ALGORITHM))
        return f"{text}.{_encoded(r.to_bytes(_HALF, 'big') + s.to_bytes(_HALF, 'big'))}"

    def has_signed(self, token: str) -> bool:
        """Whether a JWT is one of this issuer's."""
        text, _, signature = token.rpartition(".")
        try:
            raw = _decoded(signature)
            r, s = int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big")
            self._key.public_key().verify(encode_dss_signature(r, s), text.encode(), _ALGORITHM)
        except (InvalidSignature, ValueError):
            return False
        return True


def claims_of(token: str) -> dict[str, Any] | None:
    """What a JWT claims, or None when it is no JWT."""
    parts = token.split(".")
    try:
        claims = json.loads(_decoded(parts[1]))
    except (IndexError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def token(call: "Call") -> Answer:
    """``serviceaccounts/token``: a TokenRequest that is not bound to an object."""
    api, asked = call.api, call.asked
    if asked.verb != "create":
        raise errors.method_not_allowed()
    account = api.get("serviceaccounts", asked.name, asked.namespace)
    if api.token_issuer is None:
        raise errors.outside("serviceaccounts/token of a cluster without an issuer")
    body = json_object(call.request)
    spec = body.get("spec") or {}
    if spec.get("boundObjectRef"):
        raise errors.outside("tokens that are bound to an object")
    seconds = spec.get("expirationSeconds", HOUR)
    if seconds < SHORTEST:
        why = "may not specify a duration less than 10 minutes"
        cause = errors.invalid_value("spec.expirationSeconds", seconds, why)
        raise errors.invalid("TokenRequest.authentication.k8s.io", "", [cause])
    audiences = spec.get("audiences") or [api.token_issuer.url]
    now = int(api.now())
    until = now + min(seconds, LONGEST)
    meta = account["metadata"]
    claims = {
        "aud": audiences,
        "exp": until,
        "iat": now,
        "iss": api.token_issuer.url,
        "kubernetes.io": {
            "namespace": asked.namespace,
            "serviceaccount": {"name": asked.name, "uid": meta["uid"]},
        },
        "nbf": now,
        "sub": f"system:serviceaccount:{asked.namespace}:{asked.name}",
    }
    status = {
        "token": api.token_issuer.sign(claims),
        "expirationTimestamp": datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    metadata = {"name": asked.name, "namespace": asked.namespace}
    told = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "metadata": metadata}
    spec = {"audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": None}
    return Answer(201, {**told, "spec": spec, "status": status})


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
