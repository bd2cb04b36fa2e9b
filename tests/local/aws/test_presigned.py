"""A presigned URL counts for who signed it, for what it says, and for as long as it says."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.aws import presigned
from local.aws.identities import Identities
from local.aws.loopback import HttpRequest

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC).timestamp()
HEADER = "x-norikae-environment"


class Desk:
    """Somebody signs a question, and it arrives as sent or changed on the way."""

    def __init__(self) -> None:
        self.identities = Identities()
        self.key = self.identities.access_key_for("arn:aws:iam::123456789012:role/sre")

    def signed(self, seconds: int = 60) -> HttpRequest:
        url = "http://127.0.0.1:4566/?Action=GetCallerIdentity&Version=2011-06-15"
        request = AWSRequest(method="GET", url=url, headers={HEADER: "demo"})
        with time_machine.travel(NOW, tick=False):
            secret = self.identities.secret_key_for(self.key)
            SigV4QueryAuth(Credentials(self.key, secret), "sts", "ap-northeast-1", expires=seconds).add_auth(request)
        parts = urlsplit(request.url)
        return HttpRequest("GET", f"{parts.path}?{parts.query}", {"host": parts.netloc, HEADER: "demo"}, b"")

    def refused(self, request: HttpRequest, now: float = NOW) -> str:
        refusal = presigned.refusal(request, self.identities, now)
        return f"{refusal.code}: {refusal.message}" if refusal else ""


def test_a_request_counts_as_it_was_signed_until_its_time_is_over() -> None:
    desk = Desk()
    assert desk.refused(desk.signed()) == ""
    assert desk.refused(desk.signed(), NOW + 60) == ""
    assert desk.refused(desk.signed(), NOW + 61) == (
        "SignatureDoesNotMatch: Signature expired: 20261129T090000Z is now earlier than 20261129T090101Z"
    )
    assert "Signature not yet current" in desk.refused(desk.signed(), NOW - 901)


def test_a_request_that_is_signed_otherwise_is_none_of_its_business() -> None:
    assert Desk().refused(HttpRequest("POST", "/", {"authorization": "AWS4-HMAC-SHA256 …"}, b"")) == ""


@pytest.mark.parametrize("headers", [{HEADER: "staging"}, {HEADER: ""}, {"host": "127.0.0.1:9"}, {"host": "sts"}])
def test_what_was_signed_may_not_be_changed(headers: dict[str, str]) -> None:
    desk = Desk()
    request = desk.signed()
    changed = HttpRequest("GET", request.target, {**request.headers, **headers}, b"")
    assert desk.refused(changed).startswith("SignatureDoesNotMatch: The request signature we calculated")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GetCallerIdentity", "GetSessionToken"),
        ("X-Amz-Expires=60", "X-Amz-Expires=600"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        (f"host%3B{HEADER}", "host"),
        (f"host%3B{HEADER}", HEADER),
        ("ap-northeast-1", "us-east-1"),
    ],
)
def test_nothing_of_the_url_may_be_changed(old: str, new: str) -> None:
    desk = Desk()
    request = desk.signed()
    assert old in request.target
    changed = HttpRequest("GET", request.target.replace(old, new), request.headers, b"")
    assert desk.refused(changed).startswith("SignatureDoesNotMatch")


def test_a_header_that_was_signed_has_to_come_along() -> None:
    desk = Desk()
    request = desk.signed()
    without = {name: value for name, value in request.headers.items() if name != HEADER}
    assert desk.refused(HttpRequest("GET", request.target, without, b"")).startswith("SignatureDoesNotMatch")


@pytest.mark.parametrize("missing", ["X-Amz-Date", "X-Amz-Expires"])
def test_a_url_without_its_time_is_incomplete(missing: str) -> None:
    desk = Desk()
    request = desk.signed()
    target = request.target.replace(missing, "X-Amz-Nothing")
    assert desk.refused(HttpRequest("GET", target, request.headers, b"")).startswith("IncompleteSignature")
