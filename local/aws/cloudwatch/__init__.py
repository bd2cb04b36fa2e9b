# ruff: noqa: N803 - the API spells its members so
"""CloudWatch metrics in process, in front of moto, which keeps the alarms (docs/world/cloudwatch.md)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.cloudwatch.expressions import Points, evaluate, names_in
from local.aws.cloudwatch.series import MINUTE, Metric, Series, statistic
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.kernel import Kernel

Json = dict[str, Any]

__all__ = ["CloudWatchSimulator"]

MOST_DATAPOINTS = 100_800
MOST_QUERIES = 500
METRICS_PAGE = 500
RECENT_SECONDS = 3 * 3600
OTHERS = ("AccountId", "LabelOptions", "Unit")


class CloudWatchSimulator(Simulator):
    """Metric data; alarms and everything else are moto's.

    Args:
        kernel: the world's clock.
    """

    service: ClassVar[str] = "cloudwatch"
    falls_through: ClassVar[bool] = True

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.series = Series()

    def put(self, namespace: str, metric: str, dimensions: Mapping[str, str], at: float, value: float) -> None:
        """Record one value, at an instant in seconds since the epoch; it can be read at once."""
        self.put_values(namespace, metric, dimensions, at, [value])

    def put_values(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], at: float, values: Sequence[float]
    ) -> None:
        """Record many values of one instant, so that percentiles can be read."""
        self.series.put(Metric.of(namespace, metric, dimensions), at, values)

    def put_metric_data(self, *, Namespace: str, MetricData: Sequence[Json], **other: Any) -> Json:
        """What functions measure themselves.

        Raises:
            AwsError: InvalidParameterValue for AWS's own namespaces; NotImplemented for statistic sets and entities.
        """
        if Namespace.startswith("AWS/"):
            raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        for datum in MetricData:
            if other or "StatisticValues" in datum:
                raise AwsError("NotImplemented", "the embedded world has no statistic sets or entities", 501)
            counts = datum.get("Counts") or [1.0] * len(datum.get("Values") or ())
            values = [
                value for value, count in zip(datum.get("Values") or (), counts, strict=True) for _ in range(int(count))
            ]
            at = _seconds(datum["Timestamp"]) if "Timestamp" in datum else self.kernel.now()
            dimensions = _dimensions(datum.get("Dimensions"))
            self.put_values(Namespace, datum["MetricName"], dimensions, at, values or [float(datum["Value"])])
        return {}

    def list_metrics(
        self,
        *,
        Namespace: str = "",
        MetricName: str = "",
        Dimensions: Sequence[Json] = (),
        NextToken: str | None = None,
        RecentlyActive: str = "",
        **other: Any,
    ) -> Json:
        """The metrics that ever had a value, filtered, 500 at a time.

        Raises:
            AwsError: InvalidParameterValue for a strange token; NotImplemented for linked accounts.
        """
        if any(other.values()):
            raise AwsError("NotImplemented", f"the embedded world has one account: {sorted(other)}", 501)
        if NextToken is not None and not NextToken.isdigit():
            raise AwsError("InvalidParameterValue", "Invalid nextToken")
        oldest = self.kernel.now() - RECENT_SECONDS if RecentlyActive else 0.0
        found = [
            metric
            for metric in self.series.metrics()
            if Namespace in ("", metric.namespace)
            and MetricName in ("", metric.name)
            and all(_has(metric, wanted) for wanted in Dimensions)
            and self.series.latest(metric) >= oldest
        ]
        first = int(NextToken or 0)
        answer: Json = {"Metrics": [_describe(metric) for metric in found[first : first + METRICS_PAGE]]}
        if len(found) > first + METRICS_PAGE:
            answer["NextToken"] = str(first + METRICS_PAGE)
        return answer

    def get_metric_data(
        self,
        *,
        MetricDataQueries: Sequence[Json],
        StartTime: datetime,
        EndTime: datetime,
        NextToken: str | None = None,
        ScanBy: str = "TimestampDescending",
        MaxDatapoints: int | None = None,
        **other: Any,
    ) -> Json:
        """The series of every query that returns data, page by page.

        Raises:
            AwsError: ValidationError for queries that AWS would refuse, InvalidNextToken; NotImplemented for Metrics
                Insights, metric math functions, high resolution, other statistics, units and accounts.
        """
        if other:
            raise AwsError("NotImplemented", f"the embedded world has no {sorted(other)}", 501)
        start, end = _seconds(StartTime), _seconds(EndTime)
        _check_range(start, end)
        _check_queries(MetricDataQueries)
        series = self._answers(MetricDataQueries, start, end)
        shown = [query for query in MetricDataQueries if query.get("ReturnData", True)]
        points = {query["Id"]: sorted(series[query["Id"]].items(), reverse="Desc" in ScanBy) for query in shown}
        if NextToken is not None and not NextToken.isdigit():
            raise AwsError("InvalidNextToken", "The next token specified is invalid.")
        return _page(shown, points, int(NextToken or 0), MaxDatapoints or MOST_DATAPOINTS)

    def get_metric_statistics(
        self,
        *,
        Namespace: str,
        MetricName: str,
        StartTime: datetime,
        EndTime: datetime,
        Period: int,
        Dimensions: Sequence[Json] = (),
        Statistics: Sequence[str] = (),
        ExtendedStatistics: Sequence[str] = (),
        Unit: str = "",
    ) -> Json:
        """Statistics of one metric, in no particular order in AWS, by time here.

        Raises:
            AwsError: MissingParameter without a statistic, InvalidParameterValue for the times; NotImplemented for
                units and high resolution.
        """
        if not Statistics and not ExtendedStatistics:
            raise AwsError("MissingParameter", "At least one of Statistics or ExtendedStatistics must be specified")
        if Unit:
            raise AwsError("NotImplemented", "the embedded world has no units", 501)
        start, end = _seconds(StartTime), _seconds(EndTime)
        _check_range(start, end, code="InvalidParameterValue")
        _check_period(Period, code="InvalidParameterValue")
        found = self.series.read(Metric.of(Namespace, MetricName, _dimensions(Dimensions)), start, end, Period)
        points = []
        for at, values in sorted(found.items()):
            point: Json = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": "None"}
            point |= {name: statistic(name, values) for name in Statistics}
            if ExtendedStatistics:
                point["ExtendedStatistics"] = {name: statistic(name, values) for name in ExtendedStatistics}
            points.append(point)
        return {"Label": MetricName, "Datapoints": points}

    def _answers(self, queries: Sequence[Json], start: float, end: float) -> dict[str, Points]:
        results: dict[str, Points] = {}
        pending = {query["Id"]: query for query in queries}
        for query in queries:
            if "MetricStat" in query:
                results[query["Id"]] = self._metric(query["MetricStat"], start, end)
                del pending[query["Id"]]
        while pending:
            ready = [known for known, query in pending.items() if names_in(query["Expression"]) <= results.keys()]
            if not ready:
                unknown = ", ".join(pending)
                raise AwsError("ValidationError", f"Error in expressions {unknown}: undefined or circular references")
            for known in ready:
                results[known] = evaluate(pending.pop(known)["Expression"], results)
        return results

    def _metric(self, stat: Json, start: float, end: float) -> Points:
        _check_period(stat["Period"])
        wanted = stat["Metric"]
        metric = Metric.of(wanted["Namespace"], wanted["MetricName"], _dimensions(wanted.get("Dimensions")))
        periods = self.series.read(metric, start, end, stat["Period"])
        return {at: statistic(stat["Stat"], values) for at, values in periods.items()}


def _page(queries: Sequence[Json], points: Mapping[str, list[tuple[int, float]]], first: int, limit: int) -> Json:
    """The points from ``first`` on, counted over all queries, and at most ``limit`` of them."""
    results, passed = [], 0
    for query in queries:
        own = points[query["Id"]]
        taken = own[max(0, first - passed) : max(0, first + limit - passed)]
        passed += len(own)
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or _label(query),
                "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in taken],
                "Values": [value for _, value in taken],
                "StatusCode": "Complete" if passed <= first + limit else "PartialData",
            }
        )
    answer: Json = {"MetricDataResults": results, "Messages": []}
    if passed > first + limit:
        answer["NextToken"] = str(first + limit)
    return answer


def _label(query: Json) -> str:
    name: str = query["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in query else query["Id"]
    return name


def _check_queries(queries: Sequence[Json]) -> None:
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
        if outside or query.get("Expression", "").upper().startswith("SELECT"):
            raise AwsError(
                "NotImplemented", f"the embedded world has no Metrics Insights, units or accounts: {query}", 501
            )
    if not any(query.get("ReturnData", True) for query in queries):
        raise AwsError("ValidationError", "At least one of the MetricDataQueries must have ReturnData true.")


def _check_range(start: float, end: float, code: str = "ValidationError") -> None:
    if start >= end:
        raise AwsError(code, "The parameter StartTime must be less than the parameter EndTime.")


def _check_period(period: int, code: str = "ValidationError") -> None:
    if period in (1, 5, 10, 20, 30):
        raise AwsError("NotImplemented", "the embedded world has no high-resolution metrics", 501)
    if period <= 0 or period % MINUTE:
        raise AwsError(code, "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")


def _has(metric: Metric, wanted: Json) -> bool:
    own = dict(metric.dimensions)
    return wanted["Name"] in own and wanted.get("Value") in (None, own[wanted["Name"]])


def _dimensions(given: Sequence[Json] | None) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in given or ()}


def _describe(metric: Metric) -> Json:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _seconds(at: datetime | str | float) -> float:
    """An instant as the protocols may give it; without a zone it is UTC."""
    if isinstance(at, int | float):
        return float(at)
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (known if known.tzinfo else known.replace(tzinfo=UTC)).timestamp()
