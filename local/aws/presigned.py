"""Presigned requests: whoever holds the secret key has signed them for a while, and AWS refuses all others.

Source: IAM guide, "Create a signed AWS API request" (the query parameters of SigV4) and "Signature Version 4
troubleshooting" (the texts). The front trusts the key that an ordinary request names, since its workers are norikae's
own; a presigned URL is handed from one to another, so here the signature itself counts.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from local.aws.identities import Identities
    from local.aws.loopback import HttpRequest

SIGNATURE = "X-Amz-Signature"
_AHEAD = timedelta(minutes=15)
_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def refusal(request: HttpRequest, identities: Identities, now: float) -> AwsError | None:
    """Why a presigned request is not accepted; None when it is, or when it is signed otherwise.

    Args:
        request: as it arrived.
        identities: who holds which key.
        now: seconds since the epoch.
    """
    if f"{SIGNATURE}=" not in request.target:
        return None
    query = {key: values[0] for key, values in parse_qs(urlsplit(request.target).query).items()}
    return _untimely(query, datetime.fromtimestamp(now, UTC)) or _forged(request, query, identities)


def _untimely(query: dict[str, str], instant: datetime) -> AwsError | None:
    stamp = query.get("X-Amz-Date", "")
    try:
        signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        until = signed + timedelta(seconds=int(query.get("X-Amz-Expires", "")))
    except ValueError:
        return AwsError("IncompleteSignature", "the query has no date, or no time to live", 400)
    if instant > until:
        text = f"Signature expired: {stamp} is now earlier than {instant:%Y%m%dT%H%M%SZ}"
        return AwsError("SignatureDoesNotMatch", text, 403)
    if signed - instant > _AHEAD:
        text = f"Signature not yet current: {stamp} is still later than {instant:%Y%m%dT%H%M%SZ}"
        return AwsError("SignatureDoesNotMatch", text, 403)
    return None


def _forged(request: HttpRequest, query: dict[str, str], identities: Identities) -> AwsError | None:
    access_key = query["X-Amz-Credential"].split("/")[0]
    names = query.get("X-Amz-SignedHeaders", "").split(";")
    if "host" not in names or any(name not in request.headers for name in names):
        return AwsError("SignatureDoesNotMatch", _NO_MATCH, 403)
    holder = Credentials(access_key, identities.secret_key_for(access_key))
    expected = _signature(request, query, names, holder)
    if hmac.compare_digest(expected, query[SIGNATURE]):
        return None
    return AwsError("SignatureDoesNotMatch", _NO_MATCH, 403)


def _signature(request: HttpRequest, query: dict[str, str], names: list[str], credentials: Credentials) -> str:
    """What the holder of a key would have signed, had it sent just this."""
    parts = urlsplit(request.target)
    unsigned = "&".join(pair for pair in parts.query.split("&") if not pair.startswith(f"{SIGNATURE}="))
    again = AWSRequest(
        method=request.method,
        url=f"http://{request.headers['host']}{parts.path}?{unsigned}",
        headers={name: request.headers[name] for name in names if name != "host"},
    )
    _, _, region, service, _ = query["X-Amz-Credential"].split("/")
    signer = SigV4QueryAuth(credentials, service, region)
    again.context["timestamp"] = query["X-Amz-Date"]
    return str(signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again))
