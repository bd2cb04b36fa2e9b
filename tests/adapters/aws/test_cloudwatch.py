"""Figures of a window: whole minutes only, every target group, every page, and no data is no data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from norikae.adapters.aws.cloudwatch import CloudWatchMetrics
from norikae.gates.ports import Answers
from norikae.traffic.ports import TargetGroupHealth

if TYPE_CHECKING:
    from .conftest import Cloud

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp()
NAMESPACE = "AWS/ApplicationELB"


def group(name: str) -> TargetGroupHealth:
    dimensions = (("LoadBalancer", "app/front/0123456789abcdef"), ("TargetGroup", f"targetgroup/{name}/0123"))
    return TargetGroupHealth(name, 2, 2, dimensions)


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
