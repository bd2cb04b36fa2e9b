"""Who talks to load balancers, by their figures in CloudWatch."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from norikae.adapters.aws.calls import pages
from norikae.upgrade.quiet_port import Dimensions, Figures

PERIOD_SECONDS = 60
QUERIES_PER_CALL = 500
"""GetMetricData takes at most 500 queries (API reference)."""

NETWORK = "net/"
"""How the dimension LoadBalancer of a Network Load Balancer begins (its guide, "CloudWatch metrics")."""


class CloudWatchVisits:
    """``Visits`` over GetMetricData.

    An Application Load Balancer counts requests by target group, and says every minute how many of the targets are
    healthy; a Network Load Balancer counts flows as a whole, and always reports them.

    Args:
        client: boto3's CloudWatch client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def figures(self, groups: Sequence[Dimensions], *, start: float, end: float) -> tuple[Figures, ...]:
        """The figures of each target group, from the minute that holds the start, in the order asked."""
        queries = [query for index, group in enumerate(groups) for query in _queries(index, group)]
        window: dict[str, Any] = {"StartTime": _instant(start - start % PERIOD_SECONDS), "EndTime": _instant(end)}
        series: dict[str, dict[float, float]] = defaultdict(dict)
        for first in range(0, len(queries), QUERIES_PER_CALL):
            asked = queries[first : first + QUERIES_PER_CALL]
            for page in pages(self._client.get_metric_data, MetricDataQueries=asked, **window):
                for result in page["MetricDataResults"]:
                    instants = [instant.timestamp() for instant in result["Timestamps"]]
                    series[result["Id"]].update(zip(instants, result["Values"], strict=True))
        return tuple(
            _figures(series[f"came{index}"], series[f"open{index}"], series[f"alive{index}"])
            for index in range(len(groups))
        )


def _figures(came: dict[float, float], still: dict[float, float], alive: dict[float, float]) -> Figures:
    return Figures(
        requests=round(sum(came.values())),
        open=round(still[max(still)]) if still else 0,
        reported_at=max((*came, *still, *alive), default=None),
    )


def _queries(index: int, group: Dimensions) -> Iterator[dict[str, Any]]:
    balancer = tuple(pair for pair in group if pair[0] == "LoadBalancer")
    if dict(group)["LoadBalancer"].startswith(NETWORK):
        yield _query(f"came{index}", "AWS/NetworkELB", "NewFlowCount", balancer, "Sum")
        yield _query(f"open{index}", "AWS/NetworkELB", "ActiveFlowCount", balancer, "Maximum")
        return
    yield _query(f"came{index}", "AWS/ApplicationELB", "RequestCount", group, "Sum")
    yield _query(f"alive{index}", "AWS/ApplicationELB", "HealthyHostCount", group, "Maximum")


def _query(identifier: str, namespace: str, metric: str, dimensions: Dimensions, statistic: str) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions]
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named},
            "Period": PERIOD_SECONDS,
            "Stat": statistic,
        },
    }


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
