"""AssumeRoleWithWebIdentity: a cluster's service account shows a token, IAM's provider and the role's trust decide.

Sources: STS API reference, AssumeRoleWithWebIdentity (errors, the shortest session); IAM guide, "Available keys for AWS
web identity federation"; the texts are those that AWS gives, as issues of SDKs quote them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends

from local.aws.iam.authority import role_in_iam
from local.aws.iam.conditions import holds, wildcard
from local.aws.simulator import AwsError
from local.kubernetes.tokens import TokenIssuer, claims_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

ACTION = "sts:AssumeRoleWithWebIdentity"
_REFERENCE = "please reference AssumeRoleWithWebIdentity documentation for requirements"
_NO_KEY = f"Couldn't retrieve verification key from your identity provider,  {_REFERENCE}"
_NO_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"


class Issuers:
    """The OIDC issuers of all clusters, by their URLs.

    Args:
        now: seconds since the epoch.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._known: dict[str, TokenIssuer] = {}

    def open(self, url: str, draw: Random) -> TokenIssuer:
        """The issuer of a new cluster."""
        self._known[url] = TokenIssuer(url, draw)
        return self._known[url]

    def close(self, url: str) -> None:
        """The cluster is deleted; nobody can fetch its keys any more."""
        self._known.pop(url, None)

    def judge(self, role_arn: str, token: str) -> dict[str, Any]:
        """The claims of a token that opens a role.

        Raises:
            AwsError: it does not, in STS's words.
        """
        claims = claims_of(token)
        if claims is None or "iss" not in claims:
            raise AwsError("InvalidIdentityToken", _NO_JWT, 400)
        url, account = str(claims["iss"]), role_arn.split(":")[4]
        host = url.removeprefix("https://")
        provider = iam_backends[account]["aws"].open_id_providers.get(f"arn:aws:iam::{account}:oidc-provider/{host}")
        if provider is None:
            raise AwsError("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {url}", 400)
        issuer = self._known.get(url)
        if issuer is None or not issuer.has_signed(token):
            raise AwsError("InvalidIdentityToken", _NO_KEY, 400)
        if claims["exp"] <= self.now():
            text = f"Token expired: current date/time {int(self.now())} must be before the expiration date/time"
            raise AwsError("ExpiredTokenException", f"{text} {claims['exp']}", 400)
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if not set(audiences) & set(provider.client_id_list):
            raise AwsError("InvalidIdentityToken", "Incorrect token audience", 400)
        context = {f"{host}:aud".lower(): audiences, f"{host}:sub".lower(): [str(claims["sub"])]}
        if not _admitted(role_arn, provider.arn, context):
            raise AwsError("AccessDenied", f"Not authorized to perform {ACTION}", 403)
        return claims


def _admitted(role_arn: str, provider: str, context: dict[str, list[str]]) -> bool:
    """Whether the role exists, a statement of its trust policy admits the token, and none denies it."""
    role = role_in_iam(role_arn)
    if role is None:
        return False
    document = role.assume_role_policy_document
    parsed = json.loads(document) if isinstance(document, str) else document
    effects = {
        one["Effect"]
        for one in _listed(parsed["Statement"])
        if isinstance(one.get("Principal"), dict)
        and provider in _listed(one["Principal"].get("Federated", []))
        and any(wildcard(str(action).lower(), ACTION.lower()) for action in _listed(one.get("Action", [])))
        and holds(one.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
