"""The one way to call AWS: botocore's errors become norikae's, in one place.

Example::

    from norikae.adapters.aws.calls import call, look_up, pages
    from norikae.adapters.aws.session import client

    cluster = look_up(client("eks").describe_cluster, "ResourceNotFoundException", name="demo-1-33")  # None: no such
    call(client("dynamodb").put_item, expected={"ConditionalCheckFailedException": StaleWriterError}, TableName=…)
    names = [name for page in pages(client("eks").list_clusters) for name in page["clusters"]]

The botocore error stays reachable as ``__cause__`` (DynamoDB's ``CancellationReasons`` are in its ``response``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore import exceptions

from norikae.errors import (
    AwsRefusedError,
    ConflictError,
    CredentialsExpiredError,
    NorikaeError,
    ThrottledError,
    TransientError,
    UnreachableError,
)

CONDITION = "ConditionalCheckFailedException"
"""DynamoDB: the item is not as the write demands (API reference)."""
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Codes that ask for less (botocore ``retries/standard.py``, without LimitExceededException: a quota, not a rate)."""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
TIMED_OUT = frozenset({"RequestTimeout", "RequestTimeoutException"})

UNREACHABLE = (
    exceptions.ConnectionError,
    exceptions.HTTPClientError,
    exceptions.IncompleteReadError,
    exceptions.ResponseStreamingError,
)
SERVER_ERROR = 500

IAM_PREFIX = {"monitoring": "cloudwatch"}
"""Services whose name in a signature is not the one in IAM's actions (service authorization reference)."""

Errors = Mapping[str, Callable[[str], NorikaeError]]


def call(method: Callable[..., Any], /, *, expected: Errors | None = None, **params: Any) -> dict[str, Any]:
    """The answer of one AWS call, or one of norikae's errors.

    Args:
        method: a bound method of a boto3 client.
        expected: AWS error code to the error to raise for it, made from the text.
        **params: the API's own parameters.

    Raises:
        ThrottledError: AWS asked for less, also after the client's own retries.
        UnreachableError: no connection, a timeout or a 5xx answer; the call may have worked.
        CredentialsExpiredError: the session ended.
        AwsRefusedError: every other refusal.
    """
    try:
        answer: dict[str, Any] = method(**params)
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise translate(_operation(method), error, expected or {}) from error
    return answer


def look_up(
    method: Callable[..., Any], absent: str | tuple[str, ...], /, *, expected: Errors | None = None, **params: Any
) -> dict[str, Any] | None:
    """The answer of one AWS call, or None when AWS says that the thing does not exist.

    Args:
        method: a bound method of a boto3 client.
        absent: the code or codes that mean "there is none".
        expected: as in ``call``.
        **params: the API's own parameters.
    """
    codes = (absent,) if isinstance(absent, str) else absent
    try:
        return call(method, expected=expected, **params)
    except AwsRefusedError as refusal:
        if refusal.code in codes:
            return None
        raise


def pages(method: Callable[..., Any], /, *, expected: Errors | None = None, **params: Any) -> Iterator[dict[str, Any]]:
    """Every page of a listing call, by botocore's own paginator.

    Args:
        method: a bound method of a boto3 client that has a paginator.
        expected: as in ``call``.
        **params: the API's own parameters.
    """
    client = method.__self__  # type: ignore[attr-defined]
    paginator = client.get_paginator(method.__name__)
    try:
        yield from paginator.paginate(**params)
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise translate(_operation(method), error, expected or {}) from error


def translate(operation: str, error: Exception, expected: Errors) -> NorikaeError:
    """The error of norikae that says the same as one of botocore's."""
    if not isinstance(error, exceptions.ClientError):
        if isinstance(error, UNREACHABLE):
            return UnreachableError(f"{operation}: {error}")
        return AwsRefusedError(operation, type(error).__name__, str(error))
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    text = str(error.response.get("Error", {}).get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in expected:
        return expected[code](f"{operation}: {text}")
    transient = _transient(code, status)
    if transient is None:
        return AwsRefusedError(operation, code, text)
    return transient(f"{operation}: {code}: {text}")


def put_instead_of(put_item: Callable[..., Any], table: str, item: Mapping[str, Any], body: str | None) -> None:
    """Put an item if the ``body`` that is there still is the one that was read.

    Args:
        put_item: DynamoDB's.
        table: name of the table.
        item: the item.
        body: what was read; None when there was no item.

    Raises:
        ConflictError: somebody wrote first.
    """
    condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
    if body is not None:
        condition = {
            "ConditionExpression": "#body = :body",
            "ExpressionAttributeNames": {"#body": "body"},
            "ExpressionAttributeValues": {":body": {"S": body}},
        }
    call(put_item, expected={CONDITION: ConflictError}, TableName=table, Item=item, **condition)


def _transient(code: str, status: int) -> type[TransientError] | None:
    """Which kind of passing trouble a code is, if it is one."""
    if code in THROTTLED:
        return ThrottledError
    if code in EXPIRED:
        return CredentialsExpiredError
    if status >= SERVER_ERROR or code in TIMED_OUT:
        return UnreachableError
    return None


def _operation(method: Callable[..., Any]) -> str:
    """Service and operation as IAM spells them, such as ``eks:CreateCluster``."""
    client: Any = method.__self__  # type: ignore[attr-defined]
    name: str = method.__name__
    service = client.meta.service_model.signing_name
    return f"{IAM_PREFIX.get(service, service)}:{client.meta.method_to_api_mapping.get(name, name)}"
