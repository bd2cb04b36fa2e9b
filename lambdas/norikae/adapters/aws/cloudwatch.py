"""Figures of the load balancers in CloudWatch."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from norikae.adapters.aws.calls import call
from norikae.gates.http_5xx import Answers
from norikae.traffic.ports import TargetGroupHealth

PERIOD_SECONDS = 60
"""ELB reports to CloudWatch in 60-second intervals (Application Load Balancer guide, CloudWatch metrics)."""


class CloudWatchMetrics:
    """``Metrics`` over GetMetricData.

    Args:
        client: boto3's CloudWatch client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def answers(self, groups: Sequence[TargetGroupHealth], *, start: float, end: float) -> Answers:
        """Requests and 5xx of some target groups, over the whole minutes of a window."""
        queries = [
            _sum(f"{kind}{index}", metric, group.dimensions)
            for index, group in enumerate(groups)
            for kind, metric in (("requests", "RequestCount"), ("errors", "HTTPCode_Target_5XX_Count"))
        ]
        first, last = _minute(ceil(start / PERIOD_SECONDS) * PERIOD_SECONDS), _minute(end)
        if not queries or first >= last:
            return Answers(requests=0, errors=0)
        totals = {"requests": 0.0, "errors": 0.0}
        for result in self._data(queries, first, last):
            totals[result["Id"].rstrip("0123456789")] += sum(result["Values"])
        return Answers(requests=int(totals["requests"]), errors=int(totals["errors"]))

    def _data(self, queries: list[dict[str, Any]], first: datetime, last: datetime) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            answer = call(
                self._client.get_metric_data,
                MetricDataQueries=queries,
                StartTime=first,
                EndTime=last,
                **more,
            )
            results += answer["MetricDataResults"]
            if not answer.get("NextToken"):
                return results
            more = {"NextToken": answer["NextToken"]}


def _sum(identifier: str, metric: str, dimensions: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/ApplicationELB",
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
            },
            "Period": PERIOD_SECONDS,
            "Stat": "Sum",
        },
    }


def _minute(instant: float) -> datetime:
    return datetime.fromtimestamp(instant - instant % PERIOD_SECONDS, UTC)
