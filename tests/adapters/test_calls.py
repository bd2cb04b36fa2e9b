"""What botocore says becomes one of norikae's errors, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import exceptions

from norikae.adapters.aws.calls import call, look_up, pages, translate
from norikae.errors import (
    AwsRefusedError,
    CredentialsExpiredError,
    StaleWriterError,
    ThrottledError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def refusal(code: str, text: str = "no", status: int = 400) -> exceptions.ClientError:
    return exceptions.ClientError(
        {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}, "X"
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("ThrottlingException"), ThrottledError),
        (refusal("TooManyRequestsException", status=429), ThrottledError),
        (refusal("ServerException", status=500), UnreachableError),
        (refusal("RequestTimeout"), UnreachableError),
        (refusal("ExpiredTokenException", status=403), CredentialsExpiredError),
        (refusal("InvalidParameterException"), AwsRefusedError),
        (exceptions.ReadTimeoutError(endpoint_url="https://eks"), UnreachableError),
        (exceptions.EndpointConnectionError(endpoint_url="https://eks"), UnreachableError),
        (exceptions.ParamValidationError(report="name is missing"), AwsRefusedError),
    ],
)
def test_each_kind_of_failure_has_one_meaning(error: Exception, expected: type[Exception]) -> None:
    assert type(translate("eks:DescribeCluster", error, {})) is expected


def test_a_refusal_keeps_the_words_of_aws() -> None:
    error = translate("eks:CreateCluster", refusal("ResourceInUseException", "Cluster already exists"), {})
    assert isinstance(error, AwsRefusedError)
    assert (error.operation, error.code, error.text) == (
        "eks:CreateCluster",
        "ResourceInUseException",
        "Cluster already exists",
    )


def test_a_caller_names_the_codes_it_expects() -> None:
    error = translate(
        "dynamodb:PutItem",
        refusal("ConditionalCheckFailedException", "The conditional request failed"),
        {"ConditionalCheckFailedException": StaleWriterError},
    )
    assert isinstance(error, StaleWriterError)


@pytest.fixture
def eks() -> Any:
    """A client of the real model that never reaches a network: an event handler answers in its place."""
    return boto3.Session(
        aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example", region_name="ap-northeast-1"
    ).client("eks")


def answer_with(client: Any, error: Exception | None, answer: dict[str, Any]) -> None:
    def respond(**_: object) -> tuple[object, dict[str, Any]]:
        if error:
            raise error
        return type("Response", (), {"status_code": 200})(), answer

    client.meta.events.register("before-call", respond)


def test_the_operation_is_named_as_iam_spells_it(eks: Any) -> None:
    answer_with(eks, refusal("InvalidRequestException"), {})
    with pytest.raises(AwsRefusedError, match=r"^eks:DescribeCluster was refused with InvalidRequestException"):
        call(eks.describe_cluster, name="demo-1-33")


def test_figures_are_asked_for_under_the_name_that_iam_has_for_them() -> None:
    session = boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example")
    cloudwatch = session.client("cloudwatch", region_name="ap-northeast-1")
    answer_with(cloudwatch, refusal("AccessDenied"), {})
    with pytest.raises(AwsRefusedError, match=r"^cloudwatch:DescribeAlarms was refused"):
        call(cloudwatch.describe_alarms)


def test_a_missing_thing_is_none_where_the_caller_looks_it_up(eks: Any) -> None:
    answer_with(eks, refusal("ResourceNotFoundException"), {})
    assert look_up(eks.describe_cluster, "ResourceNotFoundException", name="demo-1-33") is None
    with pytest.raises(AwsRefusedError):
        look_up(eks.describe_cluster, "SomethingElse", name="demo-1-33")


def test_pages_are_read_to_the_end(eks: Any) -> None:
    answers: Iterator[dict[str, Any]] = iter([{"clusters": ["a"], "nextToken": "t"}, {"clusters": ["b"]}])

    def respond(**_: object) -> tuple[object, dict[str, Any]]:
        return type("Response", (), {"status_code": 200})(), next(answers)

    eks.meta.events.register("before-call", respond)
    assert [name for page in pages(eks.list_clusters) for name in page["clusters"]] == ["a", "b"]


def test_a_failing_page_is_translated(eks: Any) -> None:
    answer_with(eks, refusal("ThrottlingException"), {})
    with pytest.raises(ThrottledError):
        list(pages(eks.list_clusters))
