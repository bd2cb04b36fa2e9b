"""Secrets Manager by boto3, for secrets that are carried: no value gets into a text, an error or a log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import call
from norikae.errors import (
    AwsRefusedError,
    NorikaeError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret import ARN, NAMESPACES_TAG, Described, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STAGE = "AWSCURRENT"
EXPECTED = {
    "ResourceNotFoundException": NotFoundError,
    # KMS's limit, which Secrets Manager passes on (KMS developer guide, "Throttling AWS KMS requests").
    "LimitExceededException": ThrottledError,
}


def _from_info(record: logging.LogRecord) -> bool:
    """At DEBUG that logger writes every answer of AWS as it came (botocore ``parsers.py``, ``parse``)."""
    return record.levelno >= logging.INFO


class AwsSafe:
    """``Safe`` over Secrets Manager.

    Args:
        client: boto3's Secrets Manager client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        logging.getLogger("botocore.parsers").addFilter(_from_info)

    def describe(self, secret: str) -> Described:
        """What is known of a secret without its value; one DescribeSecret."""
        answer = self._ask("describe_secret", secret)
        arn = str(answer["ARN"])
        deleted = answer.get("DeletedDate")
        home = str(answer.get("PrimaryRegion", ""))
        named = ARN.fullmatch(arn)
        return Described(
            arn=arn,
            name=str(answer["Name"]),
            current=_current(answer.get("VersionIdsToStages") or {}),
            namespaces=_namespaces(answer.get("Tags") or []),
            deleted_at=None if deleted is None else float(deleted.timestamp()),
            # A secret that has replicas elsewhere names its own region (API reference, DescribeSecret).
            primary_region="" if named and home == named["region"] else home,
        )

    def current(self, secret: str) -> Value:
        """The value of the version that has AWSCURRENT at this moment; one GetSecretValue."""
        answer = self._ask("get_secret_value", secret, VersionStage=STAGE)
        version = str(answer.get("VersionId", ""))
        if version and "SecretString" in answer:
            return Value(version, Sealed(answer["SecretString"].encode()))
        if version and "SecretBinary" in answer:
            return Value(version, Sealed(bytes(answer["SecretBinary"])), binary=True)
        raise UnreachableError(f"secretsmanager:GetSecretValue of {secret} was answered without a value")

    def _ask(self, method: str, secret: str, **params: str) -> dict[str, Any]:
        """One call; its error is raised where no answer of AWS hangs on it as cause or context."""
        try:
            return call(getattr(self._client, method), expected=EXPECTED, SecretId=secret, **params)
        except AwsRefusedError as refusal:
            error: NorikaeError = RefusedError(f"{refusal.operation} of {secret}: {refusal.code}: {refusal.text}")
        except NorikaeError as other:
            error = type(other)(f"{other} ({secret})")
        except Exception as unread:  # noqa: BLE001 - botocore quotes an answer that it cannot read
            error = UnreachableError(f"{method} of {secret}: an answer that cannot be read ({type(unread).__name__})")
        raise error


def _current(stages: Mapping[str, Sequence[str]]) -> str:
    return next((version for version, labels in stages.items() if STAGE in labels), "")


def _namespaces(tags: Iterable[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(name for tag in tags if tag["Key"] == NAMESPACES_TAG for name in tag.get("Value", "").split())
