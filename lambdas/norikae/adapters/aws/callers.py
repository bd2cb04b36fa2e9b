"""Who calls: a presigned STS GetCallerIdentity that one environment alone accepts, asked of STS itself.

Sources: aws-iam-authenticator, "How does it work?" (the same idea, with ``x-k8s-aws-id``); IAM guide, "Create a signed
AWS API request" (query parameters of SigV4); STS API reference, GetCallerIdentity. botocore's texts about failures have
the whole URL in them, so none of these gets into an error: a proof is a credential while it lasts.
"""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from norikae.adapters.aws.calls import THROTTLED
from norikae.adapters.kubernetes.token import ASKED, EXPIRES_SECONDS, presigned, sts_of
from norikae.errors import BadRequestError, CredentialsExpiredError, ThrottledError, UnreachableError

PREFIX = "norikae-1."
"""What a proof begins with, so that nobody takes the token of a cluster for one."""
HEADER = "x-norikae-environment"
FAST_SECONDS = 60
"""How far the clock of whoever signed may be ahead of ours."""
SIGNED = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-SignedHeaders": f"host;{HEADER}",
}
FREE = frozenset({"X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature"})
WITH_A_SESSION = "X-Amz-Security-Token"
TIMEOUTS = (3, 5)
"""Seconds to connect and to read."""
FOUND, SERVER_ERROR = 200, 500


class StsCallers:
    """``Callers`` over STS; nothing is remembered, so that each word is proven anew.

    Args:
        session: a boto3 session with credentials and a region.
        environment: the only one for which a proof is good.
    """

    def __init__(self, session: Any, environment: str) -> None:
        self._session, self._environment = session, environment

    def prove(self) -> str:
        """A proof of whose credentials these are, good for a minute; no call is made."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise CredentialsExpiredError("no AWS credentials to prove with who speaks; sign in, then say it again")
        region: str = self._session.region_name
        return PREFIX + presigned(credentials, region, self._endpoint(), {HEADER: self._environment})

    def of(self, proof: str) -> str:
        """The ARN of whoever made a proof, as STS says it.

        Raises:
            BadRequestError: it is none for this environment, is too old, or STS does not accept it.
            ThrottledError: STS asks for less.
            UnreachableError: STS does not answer.
        """
        url = self._url(proof)
        self._refuse_another(url)
        status, body = self._asked(url)
        code = _between(body, "Code")
        if status >= SERVER_ERROR:
            raise UnreachableError("sts:GetCallerIdentity: no answer to a proof; it may be said again")
        if code in THROTTLED:
            raise ThrottledError(f"sts:GetCallerIdentity: {code}")
        arn = _between(body, "Arn")
        if status != FOUND or not arn:
            raise BadRequestError(f"command: proof: STS does not accept it ({code or status}); sign a new one")
        return arn

    def _url(self, proof: str) -> str:
        """The URL in a proof."""
        text = proof.removeprefix(PREFIX)
        with suppress(binascii.Error, ValueError):
            url = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
            if text != proof:
                return url
        raise BadRequestError("command: proof: it is no proof of norikae's; leave it out, or let norikae sign one")

    def _refuse_another(self, url: str) -> None:
        """What is asked of STS is a question about the caller, signed for this environment, fresh, and nothing else.

        Raises:
            BadRequestError: it is anything else.
        """
        endpoint = self._endpoint()
        begin, _, query = url.partition("?")
        if begin != f"{endpoint}/" or not url.isprintable() or " " in url or "#" in url:
            raise BadRequestError(f"command: proof: it is not for {endpoint}; sign it in the environment's own region")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        except ValueError:
            pairs = []
        said = dict(pairs)
        given = {key for key in said if key != WITH_A_SESSION}
        exact = {key: said.get(key) for key in (*ASKED, *SIGNED)} == {**ASKED, **SIGNED}
        if len(said) != len(pairs) or given != {*ASKED, *SIGNED, *FREE} or not exact:
            raise BadRequestError(
                f"command: proof: it is no signed question about who calls with {HEADER}; let norikae sign one"
            )
        scope = said["X-Amz-Credential"].split("/")
        if scope[2:] != [self._session.region_name, "sts", "aws4_request"]:
            raise BadRequestError("command: proof: it is signed for another region or service; let norikae sign one")
        if not _is_fresh(said["X-Amz-Date"], said["X-Amz-Expires"], datetime.now(UTC)):
            raise BadRequestError(
                f"command: proof: it is not from the last {EXPIRES_SECONDS} seconds; set the clock right and sign a "
                "new one"
            )

    def _asked(self, url: str) -> tuple[int, str]:
        """Status and body of one answer of STS; no redirect is followed (``Retry(False)`` in botocore's session)."""
        request = AWSRequest(method="GET", url=url, headers={HEADER: self._environment})
        http = URLLib3Session(timeout=TIMEOUTS)
        try:
            answer = http.send(request.prepare())
            return int(answer.status_code), answer.content.decode("utf-8", "replace")
        except BotoCoreError:
            raise UnreachableError("sts:GetCallerIdentity: no connection to prove who calls") from None
        finally:
            http.close()

    def _endpoint(self) -> str:
        """The one place to ask: STS of the session's region, or what ``AWS_ENDPOINT_URL`` says instead."""
        known = urlsplit(self._session.client("sts").meta.endpoint_url)
        if not (known.hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
            return f"{known.scheme}://{known.netloc}"
        return sts_of(self._session.region_name)


def _is_fresh(stamp: str, expires: str, now: datetime) -> bool:
    """Whether a signature counts now, and was made to count for no longer than a minute."""
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", stamp) or not re.fullmatch(r"[1-9][0-9]?", expires):
        return False
    try:
        signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    age = (now - signed).total_seconds()
    return int(expires) <= EXPIRES_SECONDS and -FAST_SECONDS <= age <= int(expires)


def _between(body: str, name: str) -> str:
    """The text of the first element of a name in an XML answer; ARNs and codes have nothing that XML escapes."""
    found = re.search(rf"<{name}>([^<&]+)</{name}>", body)
    return found[1] if found else ""
