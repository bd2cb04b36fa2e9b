"""Who calls is what STS says of a fresh question that was signed for this environment, and of nothing else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import pytest
import time_machine
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from norikae.adapters.aws.callers import HEADER, PREFIX, StsCallers
from norikae.errors import BadRequestError, CredentialsExpiredError, NorikaeError, UnreachableError
from tests.adapters.aws.conftest import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.aws.conftest import Cloud

ROLE = "arn:aws:iam::123456789012:role/sre"
ARN = "arn:aws:sts::123456789012:assumed-role/sre/sre"


@pytest.fixture
def sessions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sessions of roles; AWS is the one on loopback, and time is the world's."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.front.url)
    identities = cloud.front._identities

    def session(role: str = ROLE, region: str = REGION) -> boto3.Session:
        key = identities.access_key_for(role)
        return boto3.Session(
            aws_access_key_id=key, aws_secret_access_key=identities.secret_key_for(key), region_name=region
        )

    with time_machine.travel(cloud.kernel.now(), tick=False):
        yield session


def url_in(proof: str) -> str:
    text = proof.removeprefix(PREFIX)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def proof_of(url: str) -> str:
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def signed(session: Any, url: str, *, headers: dict[str, str], expires: int = 60) -> str:
    request = AWSRequest(method="GET", url=url, headers=headers)
    credentials = session.get_credentials().get_frozen_credentials()
    SigV4QueryAuth(credentials, "sts", session.region_name, expires=expires).add_auth(request)
    return proof_of(request.url)


def test_a_proof_says_whose_credentials_signed_it(sessions: Any) -> None:
    proof = StsCallers(sessions(), "demo").prove()
    assert StsCallers(sessions("arn:aws:iam::123456789012:role/operator"), "demo").of(proof) == ARN


def test_a_proof_is_one_question_to_sts_and_fits_into_a_command(sessions: Any, cloud: Cloud) -> None:
    proof = StsCallers(sessions(), "demo").prove()
    assert cloud.called("GetCallerIdentity") == [], "nothing is asked to make one"
    StsCallers(sessions(), "demo").of(proof)
    assert len(cloud.called("GetCallerIdentity")) == 1
    assert len(proof) < 4096


def test_a_proof_for_another_environment_is_none(sessions: Any) -> None:
    proof = StsCallers(sessions(), "staging").prove()
    with pytest.raises(BadRequestError, match=r"STS does not accept it \(SignatureDoesNotMatch\)"):
        StsCallers(sessions(), "demo").of(proof)


def test_the_token_of_a_cluster_is_no_proof(sessions: Any, cloud: Cloud) -> None:
    question = f"{cloud.front.url}/?Action=GetCallerIdentity&Version=2011-06-15"
    for_a_cluster = signed(sessions(), question, headers={"x-k8s-aws-id": "demo"})
    with pytest.raises(BadRequestError, match="no signed question about who calls"):
        StsCallers(sessions(), "demo").of(for_a_cluster)
    with pytest.raises(BadRequestError, match="no proof of norikae"):
        StsCallers(sessions(), "demo").of("k8s-aws-v1." + for_a_cluster.removeprefix(PREFIX))


def test_a_proof_lives_for_a_minute(sessions: Any, cloud: Cloud) -> None:
    proof = StsCallers(sessions(), "demo").prove()
    with (
        time_machine.travel(cloud.kernel.now() + 61, tick=False),
        pytest.raises(BadRequestError, match="not from the last 60 seconds"),
    ):
        StsCallers(sessions(), "demo").of(proof)


def test_nobody_signs_for_longer_than_a_minute_or_for_later(sessions: Any, cloud: Cloud) -> None:
    question = f"{cloud.front.url}/?Action=GetCallerIdentity&Version=2011-06-15"
    for_an_hour = signed(sessions(), question, headers={HEADER: "demo"}, expires=3600)
    with time_machine.travel(cloud.kernel.now() + 600, tick=False):
        for_later = StsCallers(sessions(), "demo").prove()
    for proof in (for_an_hour, for_later):
        with pytest.raises(BadRequestError, match="not from the last 60 seconds"):
            StsCallers(sessions(), "demo").of(proof)


def test_sts_itself_refuses_what_is_old(sessions: Any, cloud: Cloud) -> None:
    proof = StsCallers(sessions(), "demo").prove()
    cloud.time_passes(120)
    with pytest.raises(BadRequestError, match=r"STS does not accept it \(SignatureDoesNotMatch\)"):
        StsCallers(sessions(), "demo").of(proof)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://127.0.0.1", "https://127.0.0.1"),
        ("http://127.0.0.1", "http://evil.example"),
        ("http://127.0.0.1", "http://127.0.0.1@evil.example"),
        ("/?Action", "/../?Action"),
        ("/?Action", "//evil.example/?Action"),
        ("/?Action", "?Action"),
        ("GetCallerIdentity", "AssumeRole"),
        ("2011-06-15", "2010-05-08"),
        ("Action=", "action="),
        ("&Version", "&Action=GetSessionToken&Version"),
        ("&Version", "&RoleArn=x&Version"),
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        ("host%3Bx-norikae-environment", "host"),
        ("host%3Bx-norikae-environment", "x-norikae-environment"),
        ("host%3Bx-norikae-environment", "host%3Bx-amz-date%3Bx-norikae-environment"),
        (REGION, "us-east-1"),
        ("%2Fsts%2F", "%2Fiam%2F"),
        ("X-Amz-Expires=60", "X-Amz-Expires=-60"),
        ("X-Amz-Expires=60", "X-Amz-Expires=61"),
        ("X-Amz-Expires=60", "X-Amz-Expires=%EF%BC%96%EF%BC%90"),
        ("X-Amz-Expires=60", "X-Amz-Expires=60&X-Amz-Expires=60"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-Signature=", "#X-Amz-Signature="),
        ("X-Amz-Signature=", " X-Amz-Signature="),
        ("X-Amz-Signature=", "x=\r\nhost:evil&X-Amz-Signature="),
    ],
)
def test_whatever_else_a_url_asks_nobody_is_asked_it(sessions: Any, cloud: Cloud, old: str, new: str) -> None:
    url = url_in(StsCallers(sessions(), "demo").prove())
    assert old in url
    with pytest.raises(BadRequestError, match="command: proof:"):
        StsCallers(sessions(), "demo").of(proof_of(url.replace(old, new, 1)))
    assert all(call.operation == "GetCallerIdentity" for call in cloud.front.calls)


@pytest.mark.parametrize("proof", ["x", PREFIX, PREFIX + "%%%", PREFIX + "aHR0cA", "norikae-1.ÿ", PREFIX + "/+/+"])
def test_what_is_no_proof_is_said_to_be_none(sessions: Any, proof: str) -> None:
    with pytest.raises(BadRequestError, match="command: proof:"):
        StsCallers(sessions(), "demo").of(proof)


def test_a_key_that_nobody_holds_proves_nothing(sessions: Any) -> None:
    url = url_in(StsCallers(sessions(), "demo").prove())
    key = sessions().get_credentials().access_key
    with pytest.raises(BadRequestError, match="command: proof: STS does not accept it"):
        StsCallers(sessions(), "demo").of(proof_of(url.replace(key, "ASIA" + "A" * 16)))


def test_without_credentials_there_is_nothing_to_prove_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CredentialsExpiredError):
        StsCallers(boto3.Session(region_name=REGION), "demo").prove()


def test_an_sts_that_does_not_answer_is_unreachable_and_no_error_has_the_proof(sessions: Any, cloud: Cloud) -> None:
    callers = StsCallers(sessions(), "demo")
    proof = callers.prove()
    cloud.front.stop()
    with pytest.raises(UnreachableError) as failed:
        callers.of(proof)
    assert "X-Amz" not in text_of(failed.value)


def test_no_refusal_has_the_proof(sessions: Any) -> None:
    proof = StsCallers(sessions(), "staging").prove()
    with pytest.raises(NorikaeError) as failed:
        StsCallers(sessions(), "demo").of(proof)
    assert "X-Amz" not in text_of(failed.value)
    assert proof not in text_of(failed.value)


def text_of(error: BaseException) -> str:
    """An error as a log has it, with its causes."""
    import traceback  # noqa: PLC0415

    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("region", "host"),
    [("ap-northeast-1", "sts.ap-northeast-1.amazonaws.com"), ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn")],
)
def test_in_aws_only_the_region_s_own_sts_is_asked(region: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    session = boto3.Session(aws_access_key_id="AKIA", aws_secret_access_key="x", region_name=region)
    callers = StsCallers(session, "demo")
    assert url_in(callers.prove()).startswith(f"https://{host}/?Action=GetCallerIdentity")
    for elsewhere in (
        "https://sts.amazonaws.com/",
        f"http://{host}/",
        f"https://{host}:8443/",
        f"https://{host}.evil/",
    ):
        asked = f"{elsewhere}?Action={quote('GetCallerIdentity')}"
        with pytest.raises(BadRequestError, match="it is not for"):
            callers.of(proof_of(asked))
