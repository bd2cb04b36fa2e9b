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

SETTLED_SECONDS = 120
"""The last minutes in which anything was reported, which do not say yet that there were no connections."""

KINDS = ("came", "open", "held", "new", "alive")
"""What is asked of a target group: what came, is open, was open and was opened by minute, whether it is reported on."""

NETWORK = "net/"
"""How the dimension LoadBalancer of a Network Load Balancer begins (its guide, "CloudWatch metrics")."""


class CloudWatchVisits:
    """``Visits`` over GetMetricData.

    An Application Load Balancer counts requests by target group, and says every minute how many of the targets are
    healthy. It counts connections as a whole (ActiveConnectionCount: to clients and to targets, without health checks,
    left out when there are none; its guide, "CloudWatch metrics"), and what was opened (NewConnectionCount). What is
    open and was not opened in the same minute stays; the least of that over all minutes is what is held: a WebSocket
    is in each of them, a scanner, however often it comes, in none. A Network Load Balancer counts flows as a whole,
    and always reports them.

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
            _figures({kind: series[f"{kind}{index}"] for kind in KINDS}, start) for index in range(len(groups))
        )


def _figures(series: dict[str, dict[float, float]], start: float) -> Figures:
    """The figures of one target group from its series, each a value by minute."""
    came, still, held, new = series["came"], series["open"], series["held"], series["new"]
    reported_at = max((minute for one in series.values() for minute in one), default=None)
    first = start - start % PERIOD_SECONDS
    # One metric may come later than another, and a minute that is merely late would count as one without connections.
    minutes = [] if reported_at is None else range(int(first), int(reported_at) - SETTLED_SECONDS, PERIOD_SECONDS)
    return Figures(
        requests=round(sum(came.values())),
        open=round(still[max(still)]) if still else 0,
        held=round(max(0.0, min((held.get(one, 0.0) - new.get(one, 0.0) for one in minutes), default=0.0))),
        reported_at=reported_at,
    )


def _queries(index: int, group: Dimensions) -> Iterator[dict[str, Any]]:
    balancer = tuple(pair for pair in group if pair[0] == "LoadBalancer")
    if dict(group)["LoadBalancer"].startswith(NETWORK):
        yield _query(f"came{index}", "AWS/NetworkELB", "NewFlowCount", balancer, "Sum")
        yield _query(f"open{index}", "AWS/NetworkELB", "ActiveFlowCount", balancer, "Maximum")
        return
    yield _query(f"came{index}", "AWS/ApplicationELB", "RequestCount", group, "Sum")
    yield _query(f"held{index}", "AWS/ApplicationELB", "ActiveConnectionCount", balancer, "Sum")
    yield _query(f"new{index}", "AWS/ApplicationELB", "NewConnectionCount", balancer, "Sum")
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
