"""Figures of a window: whole minutes only, every target group, every page, and no data is no data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from norikae.adapters.aws.cloudwatch import CloudWatchMetrics
from norikae.environment import CloudWatchQuery, QueryMetric
from norikae.errors import AwsRefusedError, UnreachableError
from norikae.gates.ports import Answers, ResponseTime
from norikae.traffic.ports import TargetGroupHealth

if TYPE_CHECKING:
    from .conftest import Cloud

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp()
NAMESPACE = "AWS/ApplicationELB"


BALANCER = {"LoadBalancer": "app/front/0123456789abcdef"}


def group(name: str, *, alone: bool = False) -> TargetGroupHealth:
    dimensions = (*BALANCER.items(), ("TargetGroup", f"targetgroup/{name}/0123"))
    return TargetGroupHealth(name, 2, 2, dimensions, alone)


WEB, API = group("web"), group("api")


@pytest.fixture
def metrics(cloud: Cloud) -> CloudWatchMetrics:
    """Ten minutes of two target groups; minute by minute 100 requests and as many errors as minutes have passed."""
    for minute in range(10):
        for served in (WEB, API):
            at, dimensions = NOON + 60 * minute, dict(served.dimensions)
            cloud.cloudwatch.put(NAMESPACE, "RequestCount", dimensions, at + 1, 100)
            cloud.cloudwatch.put(NAMESPACE, "HTTPCode_Target_5XX_Count", dimensions, at + 59, minute)
    return CloudWatchMetrics(cloud.client("cloudwatch"))


def test_requests_and_errors_of_a_window_are_summed(metrics: CloudWatchMetrics) -> None:
    assert metrics.answers([WEB], start=NOON, end=NOON + 180) == Answers(requests=300, errors=0 + 1 + 2)


def test_all_target_groups_count_together(metrics: CloudWatchMetrics) -> None:
    assert metrics.answers([WEB, API], start=NOON + 60, end=NOON + 120) == Answers(requests=200, errors=2)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [(0, 120, 2), (1, 120, 1), (59, 120, 1), (0, 179, 2), (30, 210, 2), (60, 120, 1), (30, 121, 1), (0.2, 120.9, 1)],
)
def test_a_minute_that_is_not_wholly_in_the_window_does_not_count(
    metrics: CloudWatchMetrics, start: float, end: float, minutes: int
) -> None:
    assert metrics.answers([WEB], start=NOON + start, end=NOON + end).requests == 100 * minutes


def test_without_target_groups_or_time_nothing_is_asked(cloud: Cloud, metrics: CloudWatchMetrics) -> None:
    assert metrics.answers([], start=NOON, end=NOON + 600) == Answers(0, 0)
    assert metrics.answers([WEB], start=NOON, end=NOON + 59) == Answers(0, 0)
    assert cloud.called("GetMetricData") == []


@pytest.mark.parametrize(("start", "end"), [(30, 90), (30, 119), (1, 119)])
def test_a_window_that_holds_no_whole_minute_has_no_figures(metrics: CloudWatchMetrics, start: int, end: int) -> None:
    assert metrics.answers([WEB], start=NOON + start, end=NOON + end) == Answers(0, 0)


def test_a_target_group_without_figures_has_none(metrics: CloudWatchMetrics) -> None:
    assert metrics.answers([group("quiet")], start=NOON, end=NOON + 600) == Answers(0, 0)


def test_every_page_is_read(cloud: Cloud, metrics: CloudWatchMetrics) -> None:
    client = cloud.client("cloudwatch")

    def three_at_a_time(params: dict[str, Any], **_: object) -> None:
        params["MaxDatapoints"] = 3

    client.meta.events.register("provide-client-params.cloudwatch.GetMetricData", three_at_a_time)
    paged = CloudWatchMetrics(client)
    window = {"start": NOON, "end": NOON + 600}
    assert paged.answers([WEB, API], **window) == metrics.answers([WEB, API], **window) == Answers(2000, 90)
    assert len(cloud.called("GetMetricData")) == 1 + 14


def test_errors_of_a_load_balancer_count_for_those_who_have_it_to_themselves(
    cloud: Cloud, metrics: CloudWatchMetrics
) -> None:
    for code, count in ((502, 4), (503, 20), (504, 1), (500, 99)):
        cloud.cloudwatch.put(NAMESPACE, f"HTTPCode_ELB_{code}_Count", BALANCER, NOON, count)
    mine = [group("web", alone=True), group("api", alone=True)]
    window = {"start": NOON, "end": NOON + 60}
    assert metrics.answers([WEB, API], **window) == Answers(200, 0)
    # 503 has no target, so its requests are not among the 200.
    assert metrics.answers(mine, **window) == Answers(200 + 20, 25, by_balancer=25)


def test_response_times_are_weighed_by_requests(cloud: Cloud) -> None:
    for minute, (served, values) in enumerate([(WEB, [0.1] * 30), (WEB, [0.2] * 10), (API, [0.5] * 60)]):
        cloud.cloudwatch.put_values(
            NAMESPACE, "TargetResponseTime", dict(served.dimensions), NOON + 60 * minute, values
        )
    metrics = CloudWatchMetrics(cloud.client("cloudwatch"))
    found = metrics.response_time([WEB, API], "p95", start=NOON, end=NOON + 180)
    assert found.requests == 100
    assert found.seconds == pytest.approx((30 * 0.1 + 10 * 0.2 + 60 * 0.5) / 100)
    assert metrics.response_time([group("quiet")], "p95", start=NOON, end=NOON + 180) == ResponseTime(0, 0.0)


def put_alarm(cloud: Cloud, name: str, threshold: float, metric: str = "Failed") -> None:
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Chat",
        MetricName=metric,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=threshold,
        ComparisonOperator="GreaterThanThreshold",
    )


def test_alarms_come_with_their_states_and_those_that_do_not_exist_do_not_come(cloud: Cloud) -> None:
    minute = cloud.kernel.now() // 60 * 60
    cloud.cloudwatch.put("Chat", "Failed", {}, minute, 5)
    put_alarm(cloud, "loud", 1)
    put_alarm(cloud, "calm", 9)
    put_alarm(cloud, "new", 1, metric="Unheard")
    cloud.time_passes(minute + 61 - cloud.kernel.now())
    found = CloudWatchMetrics(cloud.client("cloudwatch")).alarms(["loud", "calm", "new", "gone"])
    assert found == {"loud": "ALARM", "calm": "OK", "new": "INSUFFICIENT_DATA"}


def orders(expression: str, *metrics: QueryMetric) -> CloudWatchQuery:
    return CloudWatchQuery(name="orders", expression=expression, passes=">", threshold=1, metrics=metrics)


def test_an_expression_has_a_value_for_each_whole_minute(cloud: Cloud) -> None:
    for minute, values in enumerate([(1, 100), (2, 100), (0, 0), (4, 50)]):
        for name, value in zip(("Failed", "Sent"), values, strict=True):
            cloud.cloudwatch.put("Chat", name, {"Cluster": "green"}, NOON + 60 * minute, value)
    metrics = CloudWatchMetrics(cloud.client("cloudwatch"))
    failed, sent = (
        QueryMetric(id=name.lower(), namespace="Chat", name=name, dimensions={"Cluster": "green"})
        for name in ("Failed", "Sent")
    )
    window = {"start": NOON, "end": NOON + 240}
    assert sorted(metrics.values(orders("100 * failed / sent", failed, sent), **window)) == [1.0, 2.0, 8.0]
    where = "SELECT SUM(Failed) FROM Chat WHERE Cluster = 'green'"
    assert sorted(metrics.values(orders(where), **window)) == [0.0, 1.0, 2.0, 4.0]
    assert metrics.values(orders(where), start=NOON + 600, end=NOON + 900) == ()


def test_an_expression_that_cannot_be_read_is_refused_in_awss_words(cloud: Cloud) -> None:
    metrics = CloudWatchMetrics(cloud.client("cloudwatch"))
    with pytest.raises(AwsRefusedError, match="cloudwatch:GetMetricData was refused with ValidationError: Err"):
        metrics.values(orders("failed /"), start=NOON, end=NOON + 60)


class Answering:
    """A client whose answer has one result with a status."""

    def __init__(self, status: str) -> None:
        self.status = status

    def get_metric_data(self, **_: object) -> dict[str, Any]:
        return {"MetricDataResults": [{"Id": "asked", "Label": "orders", "StatusCode": self.status, "Values": [1.0]}]}


@pytest.mark.parametrize(("status", "error"), [("Forbidden", AwsRefusedError), ("InternalError", UnreachableError)])
def test_a_result_that_cloudwatch_does_not_give_is_no_data(status: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="orders"):
        CloudWatchMetrics(Answering(status)).values(orders("m1"), start=NOON, end=NOON + 60)
