"""The bearer token of an EKS cluster: a presigned call that says who we are."""

from __future__ import annotations

import base64
from typing import Any

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from norikae.errors import CredentialsExpiredError

PREFIX = "k8s-aws-v1."
EXPIRES_SECONDS = 60


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
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    request = AWSRequest(
        method="GET",
        url=f"https://sts.{region}.{suffix}/?Action=GetCallerIdentity&Version=2011-06-15",
        headers={"x-k8s-aws-id": cluster},
    )
    SigV4QueryAuth(credentials.get_frozen_credentials(), "sts", region, expires=EXPIRES_SECONDS).add_auth(request)
    return PREFIX + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")
