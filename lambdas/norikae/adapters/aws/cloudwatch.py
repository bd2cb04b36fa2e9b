"""Figures of the load balancers, alarms and expressions in CloudWatch."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import call
from norikae.errors import AwsRefusedError, UnreachableError
from norikae.gates.ports import AlarmState, Answers, ResponseTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from norikae.environment import CloudWatchQuery
    from norikae.traffic.ports import TargetGroupHealth

PERIOD_SECONDS = 60
"""ELB reports to CloudWatch in 60-second intervals (Application Load Balancer guide, CloudWatch metrics)."""

BALANCER = "AWS/ApplicationELB"
MADE_BY_BALANCER = {code: f"HTTPCode_ELB_{code}_Count" for code in (502, 503, 504)}
"""Errors for lack of a target that answers; they are counted for the load balancer only (the same page)."""

UNCOUNTED = 503
"""Its requests are not in RequestCount, which holds those for which a target was chosen (the same page)."""

INSIGHTS = "SELECT"
Json = dict[str, Any]


class CloudWatchMetrics:
    """``Metrics`` over GetMetricData and DescribeAlarms.

    Args:
        client: boto3's CloudWatch client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def answers(self, groups: Sequence[TargetGroupHealth], *, start: float, end: float) -> Answers:
        """Requests and 5xx of some target groups, over the whole minutes of a window.

        Errors that a load balancer makes itself count when all its target groups are among these: who they are meant
        for cannot be told otherwise.
        """
        queries = [
            _stat(f"{kind}{index}", metric, group.dimensions)
            for index, group in enumerate(groups)
            for kind, metric in (("requests", "RequestCount"), ("errors", "HTTPCode_Target_5XX_Count"))
        ]
        owners = sorted({group.dimensions[0] for group in groups if group.alone and group.dimensions})
        queries += [
            _stat(f"elb{code}_{index}", metric, [owner])
            for index, owner in enumerate(owners)
            for code, metric in MADE_BY_BALANCER.items()
        ]
        totals = {query["Id"]: 0.0 for query in queries}
        for result in self._data(queries, start, end):
            totals[result["Id"]] += sum(result["Values"])
        made = _total(totals, "elb")
        return Answers(
            requests=_total(totals, "requests") + _total(totals, f"elb{UNCOUNTED}_"),
            errors=_total(totals, "errors") + made,
            by_balancer=made,
        )

    def response_time(
        self, groups: Sequence[TargetGroupHealth], statistic: str, *, start: float, end: float
    ) -> ResponseTime:
        """A statistic of TargetResponseTime, as its mean over minutes and target groups, weighted by requests.

        Percentiles of minutes cannot be put together exactly; green and blue are treated alike.
        """
        metric = "TargetResponseTime"
        queries = [
            _stat(f"{kind}{index}", metric, group.dimensions, stat)
            for index, group in enumerate(groups)
            for kind, stat in (("samples", "SampleCount"), ("seconds", statistic))
        ]
        points: dict[str, dict[Any, float]] = {}
        for result in self._data(queries, start, end):
            points.setdefault(result["Id"], {}).update(zip(result["Timestamps"], result["Values"], strict=True))
        weighed = [
            (count, points[f"seconds{index}"][at])
            for index in range(len(groups))
            for at, count in points.get(f"samples{index}", {}).items()
            if at in points.get(f"seconds{index}", {})
        ]
        requests = sum(count for count, _ in weighed)
        seconds = sum(count * value for count, value in weighed) / requests if requests else 0.0
        return ResponseTime(requests=int(requests), seconds=seconds)

    def alarms(self, names: Sequence[str]) -> dict[str, AlarmState]:
        """The states of the alarms that exist; unless asked for, composite ones are left out (API reference)."""
        kinds = ["MetricAlarm", "CompositeAlarm"]
        answer = call(self._client.describe_alarms, AlarmNames=list(names), AlarmTypes=kinds, MaxRecords=100)
        found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    def values(self, query: CloudWatchQuery, *, start: float, end: float) -> tuple[float, ...]:
        """The minutes' values of an expression over its metrics, or of a Metrics Insights query."""
        expression: Json = {"Id": "asked", "Expression": query.expression}
        if query.expression.lstrip().upper().startswith(INSIGHTS):
            expression["Period"] = PERIOD_SECONDS  # math takes it from its metrics
        metrics = [
            {
                **_stat(one.id, one.name, list(one.dimensions.items()), one.statistic, one.namespace),
                "ReturnData": False,
            }
            for one in query.metrics
        ]
        results = self._data([expression, *metrics], start, end)
        return tuple(value for result in results for value in result["Values"])

    def _data(self, queries: list[Json], start: float, end: float) -> Iterable[Json]:
        """The results for the whole minutes of a window, page by page."""
        first, last = _minute(ceil(start / PERIOD_SECONDS) * PERIOD_SECONDS), _minute(end)
        more: Json = {}
        while queries and first < last:
            answer = call(
                self._client.get_metric_data, MetricDataQueries=queries, StartTime=first, EndTime=last, **more
            )
            for result in answer["MetricDataResults"]:
                yield _readable(result)
            if not answer.get("NextToken"):
                return
            more = {"NextToken": answer["NextToken"]}


def _readable(result: Json) -> Json:
    """A result, or why CloudWatch does not give it (API reference, ``MetricDataResult.StatusCode``)."""
    if result["StatusCode"] == "Forbidden":
        raise AwsRefusedError("cloudwatch:GetMetricData", "Forbidden", f"no access to {result.get('Label', '?')}")
    if result["StatusCode"] == "InternalError":
        raise UnreachableError(f"cloudwatch:GetMetricData: InternalError for {result.get('Label', '?')}")
    return result


def _stat(
    identifier: str,
    metric: str,
    dimensions: Sequence[tuple[str, str]],
    statistic: str = "Sum",
    namespace: str = BALANCER,
) -> Json:
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
            },
            "Period": PERIOD_SECONDS,
            "Stat": statistic,
        },
    }


def _total(totals: dict[str, float], prefix: str) -> int:
    return int(sum(value for identifier, value in totals.items() if identifier.startswith(prefix)))


def _minute(instant: float) -> datetime:
    return datetime.fromtimestamp(instant - instant % PERIOD_SECONDS, UTC)
