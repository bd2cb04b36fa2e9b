"""What CloudWatch refuses to answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local.aws.cloudwatch.insights import is_query
from local.aws.cloudwatch.series import MINUTE
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]

MOST_QUERIES = 500
OTHERS = ("AccountId", "LabelOptions", "Unit")


def check_queries(queries: Sequence[Json]) -> None:
    """Refuse queries that AWS refuses, and those that this world cannot answer."""
    ids = [query["Id"] for query in queries]
    if len(set(ids)) != len(ids):
        raise AwsError("ValidationError", "The values for parameter id in MetricDataQueries are not unique.")
    if len(ids) > MOST_QUERIES:
        raise AwsError(
            "ValidationError", f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )
    for number, query in enumerate(queries, start=1):
        place = f"MetricDataQueries.member.{number}"
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]*", query["Id"]):
            pattern = "^[a-z][a-zA-Z0-9_]*$"
            raise AwsError(
                "ValidationError",
                f"The value {query['Id']} for parameter {place}.Id is not matching the expected pattern {pattern}.",
            )
        if ("MetricStat" in query) == ("Expression" in query):
            raise AwsError(
                "ValidationError",
                f"Exactly one of the parameters {place}.Expression and {place}.MetricStat is required.",
            )
        outside = [name for name in OTHERS if name in query or name in query.get("MetricStat", {})]
        if outside:
            raise AwsError("NotImplemented", f"the embedded world has no units or accounts: {query}", 501)
        if is_query(query.get("Expression", "")):
            if "Period" not in query:
                raise AwsError(
                    "ValidationError", f"The parameter {place}.Period is required for a Metrics Insights query."
                )
            check_period(query["Period"])
    if not any(query.get("ReturnData", True) for query in queries):
        raise AwsError("ValidationError", "At least one of the MetricDataQueries must have ReturnData true.")


def check_range(start: float, end: float, code: str = "ValidationError") -> None:
    """Refuse a range that is empty."""
    if start >= end:
        raise AwsError(code, "The parameter StartTime must be less than the parameter EndTime.")


def check_period(period: int, code: str = "ValidationError") -> None:
    """Refuse a period that AWS refuses, and high resolution."""
    if period in (1, 5, 10, 20, 30):
        raise AwsError("NotImplemented", "the embedded world has no high-resolution metrics", 501)
    if period <= 0 or period % MINUTE:
        raise AwsError(code, "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
