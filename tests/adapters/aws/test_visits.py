"""Who talks to a load balancer: requests by target group, flows of Network Load Balancers, and whether it reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from norikae.adapters.aws import visits
from norikae.adapters.aws.visits import CloudWatchVisits
from norikae.upgrade.quiet_port import Figures

if TYPE_CHECKING:
    from .conftest import Cloud

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp()
FRONT = ("LoadBalancer", "app/front/0123456789abcdef")
WEB, API = (FRONT, ("TargetGroup", "targetgroup/web/01")), (FRONT, ("TargetGroup", "targetgroup/api/02"))
MQTT = (("LoadBalancer", "net/mqtt/89abcdef01234567"), ("TargetGroup", "targetgroup/mqtt/03"))
FLOWS = {"LoadBalancer": "net/mqtt/89abcdef01234567"}


def put(cloud: Cloud, metric: str, group: tuple[tuple[str, str], ...], minute: int, value: float) -> None:
    cloud.cloudwatch.put("AWS/ApplicationELB", metric, dict(group), NOON + 60 * minute, value)


def figures(cloud: Cloud, *groups: tuple[tuple[str, str], ...], minutes: int = 10) -> tuple[Figures, ...]:
    return CloudWatchVisits(cloud.client("cloudwatch")).figures(groups, start=NOON, end=NOON + 60 * minutes)


def test_requests_count_by_target_group_and_only_in_the_window(cloud: Cloud) -> None:
    put(cloud, "RequestCount", WEB, 0, 2)
    put(cloud, "RequestCount", WEB, 9, 3)
    put(cloud, "RequestCount", WEB, 10, 100)
    put(cloud, "RequestCount", (FRONT,), 5, 1000)  # scanners that end at the default rule count for no target group
    put(cloud, "HealthyHostCount", API, 8, 2)
    assert figures(cloud, WEB, API) == (
        Figures(requests=5, reported_at=NOON + 540),
        Figures(requests=0, reported_at=NOON + 480),
    )


def test_a_target_group_of_which_nothing_is_known_says_so(cloud: Cloud) -> None:
    assert figures(cloud, WEB) == (Figures(requests=0, open=0, reported_at=None),)


def test_a_load_balancer_without_healthy_targets_reports_all_the_same(cloud: Cloud) -> None:
    put(cloud, "HealthyHostCount", WEB, 9, 0)
    assert figures(cloud, WEB) == (Figures(reported_at=NOON + 540),)


def hold(cloud: Cloud, minutes: range, connections: float = 3) -> None:
    for minute in minutes:
        put(cloud, "ActiveConnectionCount", (FRONT,), minute, connections)
        put(cloud, "HealthyHostCount", WEB, minute, 2)


def test_connections_in_every_minute_were_open_all_the_time_and_the_least_minute_counts(cloud: Cloud) -> None:
    for minutes, connections in ((range(4), 3), (range(4, 5), 2), (range(5, 10), 3)):
        hold(cloud, minutes, connections)
    assert figures(cloud, WEB, API) == (
        Figures(held=2, reported_at=NOON + 540),
        Figures(held=2, reported_at=NOON + 540),
    )


def test_connections_that_were_gone_in_one_minute_are_those_of_passers_by(cloud: Cloud) -> None:
    hold(cloud, range(5))
    hold(cloud, range(6, 10))
    assert figures(cloud, WEB)[0].held == 0


@pytest.mark.parametrize(("staying", "held"), [(0, 0), (1, 1)])
def test_connections_that_come_and_go_in_every_minute_are_those_of_scanners(
    cloud: Cloud, staying: int, held: int
) -> None:
    hold(cloud, range(10), connections=7 + staying)
    for minute in range(10):
        put(cloud, "NewConnectionCount", (FRONT,), minute, 7)
    assert figures(cloud, WEB)[0].held == held


def test_a_figure_that_is_merely_late_does_not_say_that_nobody_is_connected(cloud: Cloud) -> None:
    hold(cloud, range(8))
    for minute in (8, 9):
        put(cloud, "HealthyHostCount", WEB, minute, 2)
    assert figures(cloud, WEB) == (Figures(held=3, reported_at=NOON + 540),)


def test_flows_of_a_network_load_balancer_count_and_the_open_ones_are_the_last(cloud: Cloud) -> None:
    for minute, (came, still) in enumerate([(4, 9), (0, 2), (0, 1)]):
        cloud.cloudwatch.put("AWS/NetworkELB", "NewFlowCount", FLOWS, NOON + 60 * minute, came)
        cloud.cloudwatch.put("AWS/NetworkELB", "ActiveFlowCount", FLOWS, NOON + 60 * minute, still)
    assert figures(cloud, MQTT) == (Figures(requests=4, open=1, reported_at=NOON + 120),)


def test_nothing_is_asked_for_nothing(cloud: Cloud) -> None:
    assert figures(cloud) == ()
    assert cloud.called("GetMetricData") == []


def test_more_target_groups_than_a_call_takes_are_asked_in_several(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "QUERIES_PER_CALL", 5)
    put(cloud, "RequestCount", API, 4, 7)
    put(cloud, "RequestCount", WEB, 4, 1)
    assert [one.requests for one in figures(cloud, WEB, MQTT, API)] == [1, 0, 7]
    assert len(cloud.called("GetMetricData")) == 2
