"""Kubernetes tokens of EKS: a presigned STS request that proves who holds an access key.

Source: aws-iam-authenticator, "API Authorization from Outside a Cluster" and ``pkg/token`` (token prefix, the signed
header x-k8s-aws-id, X-Amz-Expires, the 15 minutes).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from local.aws.identities import Identities
    from local.aws.simulator import Principal

_PREFIX = "k8s-aws-v1."
_LIFETIME = timedelta(minutes=15)


def holder(token: str, *, cluster: str, region: str, now: datetime, identities: Identities) -> Principal | None:
    """The principal whose secret key signed a token for a cluster, or nothing if the token is not valid.

    Args:
        token: the bearer token.
        cluster: the name that must be signed in it.
        region: the region of the STS endpoint.
        now: the instant of the request.
        identities: who holds which key.
    """
    url = _url(token)
    if url is None:
        return None
    query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    access_key = query.get("X-Amz-Credential", "").split("/")[0]
    if query.get("Action") != "GetCallerIdentity" or not _fresh(query.get("X-Amz-Date", ""), now):
        return None
    if "x-k8s-aws-id" not in query.get("X-Amz-SignedHeaders", "").split(";"):
        return None
    try:
        principal = identities.principal_of(access_key)
    except KeyError:
        return None
    expected = _signature(url, query, cluster, region, identities.secret_key_for(access_key))
    return principal if hmac.compare_digest(expected, query.get("X-Amz-Signature", "")) else None


def _url(token: str) -> str | None:
    if not token.startswith(_PREFIX):
        return None
    text = token.removeprefix(_PREFIX)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _fresh(stamp: str, now: datetime) -> bool:
    try:
        signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return -_LIFETIME <= now - signed <= _LIFETIME


def _signature(url: str, query: dict[str, str], cluster: str, region: str, secret: str) -> str:
    """The signature that the holder of a secret key would have made for this URL and cluster name.

    The host of the URL is taken as it was signed: a real STS endpoint or the front's.
    """
    parts = urlsplit(url)
    unsigned = "&".join(p for p in parts.query.split("&") if not p.startswith("X-Amz-Signature="))
    request = AWSRequest(
        method="GET", url=f"{parts.scheme}://{parts.netloc}{parts.path}?{unsigned}", headers={"x-k8s-aws-id": cluster}
    )
    scope = query.get("X-Amz-Credential", "//").split("/")
    signer = SigV4QueryAuth(Credentials(scope[0], secret), "sts", scope[2] if len(scope) > 2 else region)  # noqa: PLR2004 - key/date/region
    request.context["timestamp"] = query["X-Amz-Date"]
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))
