"""The token is the presigned URL that EKS expects, for one cluster and a short time."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from local.aws.eks.tokens import holder
from local.aws.identities import Identities
from local.kernel import Kernel
from norikae.adapters.kubernetes.connect import connect
from norikae.adapters.kubernetes.token import token
from norikae.errors import CredentialsExpiredError, NotFoundError, UnreachableError

CLUSTER = "demo-1-35-a"
ROLE = "arn:aws:iam::123456789012:role/reader"


def session(identities: Identities, region: str = "ap-northeast-1") -> boto3.Session:
    key = identities.access_key_for(ROLE)
    return boto3.Session(
        aws_access_key_id=key, aws_secret_access_key=identities.secret_key_for(key), region_name=region
    )


def url_of(made: str) -> str:
    text = made.removeprefix("k8s-aws-v1.")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def test_the_token_is_a_presigned_call_that_names_the_cluster() -> None:
    url = urlsplit(url_of(token(session(Identities()), CLUSTER)))
    query = parse_qs(url.query)
    assert url.netloc == "sts.ap-northeast-1.amazonaws.com"
    assert query["Action"] == ["GetCallerIdentity"]
    assert query["X-Amz-Expires"] == ["60"]
    assert "x-k8s-aws-id" in query["X-Amz-SignedHeaders"][0]


def test_china_has_its_own_domain() -> None:
    url = urlsplit(url_of(token(session(Identities(), "cn-north-1"), CLUSTER)))
    assert url.netloc == "sts.cn-north-1.amazonaws.com.cn"


def test_eks_knows_the_holder_and_only_for_this_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, identities = Kernel(), Identities()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: kernel.utcnow().replace(tzinfo=None))
    made = token(session(identities), CLUSTER)

    def holder_for(cluster: str) -> Any:
        return holder(made, cluster=cluster, region="ap-northeast-1", now=kernel.utcnow(), identities=identities)

    assert holder_for(CLUSTER).arn == ROLE
    assert holder_for("demo-1-33") is None


def test_without_credentials_there_is_no_token() -> None:
    class Nobody:
        region_name = "ap-northeast-1"

        def get_credentials(self) -> None:
            return None

    with pytest.raises(CredentialsExpiredError):
        token(Nobody(), CLUSTER)


def eks_that_describes(cluster: dict[str, Any] | None) -> Any:
    """A boto3 client whose answers are given here instead of on a network."""
    client = boto3.Session(
        aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example", region_name="ap-northeast-1"
    ).client("eks")

    def respond(**_: object) -> tuple[object, dict[str, Any]]:
        if cluster is None:
            code = {"Code": "ResourceNotFoundException", "Message": "No cluster found"}
            return type("Response", (), {"status_code": 404})(), {"Error": code}
        return type("Response", (), {"status_code": 200})(), {"cluster": cluster}

    client.meta.events.register("before-call", respond)
    return client


def test_a_cluster_that_does_not_exist_cannot_be_connected_to() -> None:
    with pytest.raises(NotFoundError, match="there is no cluster demo-1-35-a"):
        connect(CLUSTER, eks=eks_that_describes(None), session=session(Identities()))


def test_a_cluster_without_an_endpoint_is_tried_again() -> None:
    with pytest.raises(UnreachableError, match="is CREATING and has no endpoint yet"):
        connect(CLUSTER, eks=eks_that_describes({"status": "CREATING"}), session=session(Identities()))
