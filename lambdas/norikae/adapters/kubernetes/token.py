"""The bearer token of an EKS cluster: a presigned call that says who we are."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from norikae.errors import CredentialsExpiredError

PREFIX = "k8s-aws-v1."
EXPIRES_SECONDS = 60
ASKED = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def token(session: Any, cluster: str) -> str:
    """A token that the cluster accepts for the next 15 minutes.

    It is the URL of an STS GetCallerIdentity that only this cluster may use, because its name is a signed header; no
    call is made here (aws-iam-authenticator, "How does it work?", and ``aws eks get-token``). The time in it is
    botocore's.

    Args:
        session: a boto3 session with credentials and a region.
        cluster: the name of the cluster.

    Raises:
        CredentialsExpiredError: the session has no credentials (any more).
    """
    credentials = session.get_credentials()
    if credentials is None:
        raise CredentialsExpiredError("no AWS credentials to sign the Kubernetes token with")
    region: str = session.region_name
    return PREFIX + presigned(credentials, region, sts_of(region), {"x-k8s-aws-id": cluster})


def presigned(credentials: Any, region: str, endpoint: str, headers: Mapping[str, str]) -> str:
    """The URL of a signed GetCallerIdentity in base64 without padding, good for a minute and with these headers only.

    Args:
        credentials: of a boto3 session.
        region: whose STS is asked.
        endpoint: of STS, without a path.
        headers: signed with it, so that nobody else can use it for something else.
    """
    request = AWSRequest(method="GET", url=f"{endpoint}/?{urlencode(ASKED)}", headers=dict(headers))
    SigV4QueryAuth(credentials.get_frozen_credentials(), "sts", region, expires=EXPIRES_SECONDS).add_auth(request)
    return base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def sts_of(region: str) -> str:
    """STS of a region."""
    return f"https://sts.{region}.{'amazonaws.com.cn' if region.startswith('cn-') else 'amazonaws.com'}"
