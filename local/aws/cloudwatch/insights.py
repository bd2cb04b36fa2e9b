"""Metrics Insights as far as norikae needs it: one function over one metric, filtered by labels that equal or differ.

Source: CloudWatch user guide, "Metrics Insights query components and syntax".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.aws.cloudwatch.series import statistic
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from local.aws.cloudwatch.series import Metric, Series

Points = dict[int, float]

FUNCTIONS = {"AVG": "Average", "COUNT": "SampleCount", "MAX": "Maximum", "MIN": "Minimum", "SUM": "Sum"}
NAME = r"\"[^\"]+\"|\w+"
QUERY = re.compile(
    rf"\s*SELECT\s+(?P<function>\w+)\(\s*(?P<metric>{NAME})\s*\)"
    rf"\s+FROM\s+(?:SCHEMA\(\s*(?P<schema>{NAME})(?P<labels>(?:\s*,\s*(?:{NAME}))*)\s*\)|(?P<namespace>{NAME}))"
    r"(?:\s+WHERE\s+(?P<where>.+?))?\s*",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(rf"\s*(?P<label>{NAME})\s*(?P<sign>!=|=)\s*'(?P<value>[^']*)'\s*")
AND = re.compile(r"\s+AND\s+(?=(?:[^']*'[^']*')*[^']*$)", re.IGNORECASE)
BEYOND = re.compile(r"\b(GROUP\s+BY|ORDER\s+BY|LIMIT|OR|IN|LIKE)\b", re.IGNORECASE)


def is_query(expression: str) -> bool:
    """Whether an expression is a Metrics Insights query."""
    return expression.lstrip().upper().startswith("SELECT")


def select(series: Series, expression: str, start: float, end: float, period: int) -> Points:
    """The one series of a query.

    Args:
        series: all metrics.
        expression: the query.
        start: inclusive, in seconds since the epoch.
        end: exclusive.
        period: seconds.

    Raises:
        AwsError: ValidationError for what cannot be read; NotImplemented for groups, orders, limits, other operators.
    """
    if BEYOND.search(re.sub(r"'[^']*'|\"[^\"]*\"", "''", expression)):
        raise AwsError("NotImplemented", f"the embedded world's Metrics Insights has no '{expression}'", 501)
    found = QUERY.fullmatch(expression)
    if found is None or found["function"].upper() not in FUNCTIONS:
        raise AwsError("ValidationError", f"Error in expression '{expression}': it is no Metrics Insights query")
    conditions = [CONDITION.fullmatch(one) for one in AND.split(found["where"])] if found["where"] else []
    periods: dict[int, list[float]] = {}
    for metric in series.metrics():
        if _is_from(metric, found) and all(_meets(metric, one, expression) for one in conditions):
            for at, values in series.read(metric, start, end, period).items():
                periods.setdefault(at, []).extend(values)
    return {at: statistic(FUNCTIONS[found["function"].upper()], values) for at, values in periods.items()}


def _is_from(metric: Metric, found: re.Match[str]) -> bool:
    labels = {one.strip().strip('"') for one in (found["labels"] or "").split(",")} - {""}
    keys = {name for name, _ in metric.dimensions}
    return (metric.namespace, metric.name) == (
        (found["schema"] or found["namespace"]).strip('"'),
        found["metric"].strip('"'),
    ) and (found["schema"] is None or keys == labels)


def _meets(metric: Metric, condition: re.Match[str] | None, expression: str) -> bool:
    if condition is None:
        raise AwsError("ValidationError", f"Error in expression '{expression}': WHERE cannot be read")
    value = dict(metric.dimensions).get(condition["label"].strip('"'))
    return value is not None and (value == condition["value"]) is (condition["sign"] == "=")
