"""Secrets that are carried are read over the wire: the current version, and a clear refusal without any value."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from norikae.adapters.aws.safe import AwsSafe
from norikae.errors import (
    CredentialsExpiredError,
    NorikaeError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)

if TYPE_CHECKING:
    from .conftest import Cloud

CANARY = "c4nary-7f3a"
ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:shop/db-AbCdEf"


@pytest.fixture
def manager(cloud: Cloud) -> Any:
    return cloud.client("secretsmanager")


@pytest.fixture
def safe(manager: Any) -> AwsSafe:
    return AwsSafe(manager)


def test_a_secret_is_described_by_name_and_by_arn(manager: Any, safe: AwsSafe) -> None:
    tags = [{"Key": "team", "Value": "shop"}, {"Key": "norikae.dev/namespaces", "Value": "shop  chat"}]
    made = manager.create_secret(Name="shop/db", SecretString="{}", Tags=tags)
    found = safe.describe("shop/db")
    assert (found.arn, found.name, found.current) == (made["ARN"], "shop/db", made["VersionId"])
    assert found.namespaces == {"shop", "chat"}
    assert (found.deleted_at, found.primary_region) == (None, "")
    assert safe.describe(made["ARN"]) == found


def test_the_current_version_is_read_and_not_the_latest(manager: Any, safe: AwsSafe) -> None:
    first = manager.create_secret(Name="shop/db", SecretString="old")["VersionId"]
    pending = manager.put_secret_value(SecretId="shop/db", SecretString="new", VersionStages=["AWSPENDING"])[
        "VersionId"
    ]
    assert (safe.describe("shop/db").current, safe.current("shop/db").version) == (first, first)
    manager.update_secret_version_stage(
        SecretId="shop/db", VersionStage="AWSCURRENT", MoveToVersionId=pending, RemoveFromVersionId=first
    )
    value = safe.current("shop/db")
    assert (safe.describe("shop/db").current, value.version, value.content.open()) == (pending, pending, b"new")
    assert not value.binary


def test_a_binary_secret_is_read_byte_by_byte(manager: Any, safe: AwsSafe) -> None:
    manager.create_secret(Name="shop/key", SecretBinary=bytes(range(256)) * 200)
    value = safe.current("shop/key")
    assert value.binary
    assert value.content.open() == bytes(range(256)) * 200


def test_a_secret_that_is_not_there_is_named(safe: AwsSafe) -> None:
    for ask in (safe.describe, safe.current):
        with pytest.raises(NotFoundError, match=r"^secretsmanager:.*find the specified secret.* \(shop/db\)$"):
            ask("shop/db")


def test_a_secret_that_is_marked_for_deletion_is_described_and_not_read(manager: Any, safe: AwsSafe) -> None:
    manager.create_secret(Name="shop/db", SecretString=CANARY)
    manager.delete_secret(SecretId="shop/db", RecoveryWindowInDays=7)
    found = safe.describe("shop/db")
    assert found.deleted_at is not None
    with pytest.raises(
        RefusedError, match=r"^secretsmanager:GetSecretValue of shop/db: InvalidRequestException: .*delet"
    ):
        safe.current("shop/db")


def answered(method: str, answer: dict[str, Any]) -> AwsSafe:
    """What AWS says that no local one says."""
    client = boto3.client("secretsmanager", "ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(client)
    stub.add_response(method, answer)
    stub.activate()
    return AwsSafe(client)


@pytest.mark.parametrize(("home", "told"), [("ap-northeast-1", ""), ("us-east-1", "us-east-1")])
def test_a_replica_names_its_home(home: str, told: str) -> None:
    known = {"ARN": ARN, "Name": "shop/db", "PrimaryRegion": home, "DeletedDate": datetime(2026, 11, 28, tzinfo=UTC)}
    found = answered("describe_secret", known).describe("shop/db")
    assert (found.primary_region, found.current, found.deleted_at) == (told, "", 1_795_824_000.0)


def test_an_answer_without_a_value_is_none() -> None:
    with pytest.raises(UnreachableError, match=r"GetSecretValue of shop/db was answered without a value"):
        answered("get_secret_value", {"ARN": ARN, "Name": "shop/db", "VersionId": "1" * 32}).current("shop/db")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 400, RefusedError),
        ("DecryptionFailure", 400, RefusedError),
        ("InvalidParameterException", 400, RefusedError),
        ("ResourceNotFoundException", 400, NotFoundError),
        ("ThrottlingException", 400, ThrottledError),
        ("LimitExceededException", 400, ThrottledError),
        ("InternalServiceError", 500, UnreachableError),
        ("ExpiredTokenException", 400, CredentialsExpiredError),
    ],
)
def test_what_aws_refuses_is_told_in_its_own_words_and_without_its_answer(
    code: str, status: int, kind: type[NorikaeError]
) -> None:
    client = boto3.client("secretsmanager", "ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(client)
    stub.add_client_error("get_secret_value", code, "AWS says so", status)
    stub.activate()
    with pytest.raises(kind, match="AWS says so") as refusal:
        AwsSafe(client).current("shop/db")
    assert type(refusal.value) is kind
    assert "shop/db" in str(refusal.value)
    assert (refusal.value.__cause__, refusal.value.__context__) == (None, None)


class Garbled:
    """A client whose answer cannot be read."""

    def get_secret_value(self, **_: str) -> None:
        raise ValueError(f"cannot parse {CANARY}")


def test_an_answer_that_cannot_be_read_is_not_quoted() -> None:
    with pytest.raises(UnreachableError, match=r"\(ValueError\)$") as error:
        AwsSafe(Garbled()).current("shop/db")
    assert CANARY not in "".join(traceback.format_exception(error.value))


def test_no_logger_writes_a_value(manager: Any, safe: AwsSafe, caplog: pytest.LogCaptureFixture) -> None:
    manager.create_secret(Name="shop/db", SecretString=json.dumps({"password": CANARY}))
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "botocore.parsers"):
        caplog.clear()
        value = safe.current("shop/db")
        logging.getLogger("botocore.parsers").warning("still heard")
    assert CANARY.encode() in value.content.open()
    assert CANARY not in caplog.text
    assert "still heard" in caplog.text
