# ruff: noqa: N803 - the API spells its members so
"""CloudWatch metrics and alarms in process, in front of moto (docs/world/cloudwatch.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.cloudwatch.alarms import Alarms
from local.aws.cloudwatch.checks import check_period, check_queries, check_range
from local.aws.cloudwatch.expressions import Points, evaluate, names_in
from local.aws.cloudwatch.insights import is_query, select
from local.aws.cloudwatch.series import Metric, Series, statistic
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.kernel import Kernel

Json = dict[str, Any]

__all__ = ["CloudWatchSimulator"]

MOST_DATAPOINTS = 100_800
METRICS_PAGE = 500
RECENT_SECONDS = 3 * 3600
ACCOUNT, REGION = "123456789012", "ap-northeast-1"


class CloudWatchSimulator(Alarms, Simulator):
    """Metric data and metric alarms; everything else is moto's.

    Args:
        kernel: the world's clock.
        account: whose alarms.
        region: where.
    """

    service: ClassVar[str] = "cloudwatch"
    falls_through: ClassVar[bool] = True

    def __init__(self, kernel: Kernel, *, account: str = ACCOUNT, region: str = REGION) -> None:
        self.kernel, self.account, self.region = kernel, account, region
        self.series = Series()
        self.alarms = {}

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
            AwsError: ValidationError for queries that AWS would refuse, InvalidNextToken; NotImplemented for functions
                of metric math, most of Metrics Insights, high resolution, other statistics, units and accounts.
        """
        if other:
            raise AwsError("NotImplemented", f"the embedded world has no {sorted(other)}", 501)
        start, end = _seconds(StartTime), _seconds(EndTime)
        check_range(start, end)
        check_queries(MetricDataQueries)
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
        check_range(start, end, code="InvalidParameterValue")
        check_period(Period, code="InvalidParameterValue")
        found = self.series.read(Metric.of(Namespace, MetricName, _dimensions(Dimensions)), start, end, Period)
        points = []
        for at, values in sorted(found.items()):
            point: Json = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": "None"}
            point |= {name: statistic(name, values) for name in Statistics}
            if ExtendedStatistics:
                point["ExtendedStatistics"] = {name: statistic(name, values) for name in ExtendedStatistics}
            points.append(point)
        return {"Label": MetricName, "Datapoints": points}

    def points(self, queries: Sequence[Json], start: float, end: float) -> dict[str, Points]:
        """The series of some queries, for alarms."""
        return self._answers(queries, start, end)

    def _answers(self, queries: Sequence[Json], start: float, end: float) -> dict[str, Points]:
        results: dict[str, Points] = {}
        pending = {query["Id"]: query for query in queries}
        for query in queries:
            if "MetricStat" in query:
                results[query["Id"]] = self._metric(query["MetricStat"], start, end)
                del pending[query["Id"]]
            elif is_query(query["Expression"]):
                results[query["Id"]] = select(self.series, query["Expression"], start, end, query["Period"])
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
        check_period(stat["Period"])
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
