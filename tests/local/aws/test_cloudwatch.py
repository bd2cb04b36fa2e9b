"""CloudWatch: figures that were put come back as statistics, and strange questions are refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.simulator import AwsError
from local.kernel import Kernel

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BALANCER = {"LoadBalancer": "app/front/0123456789abcdef"}


@pytest.fixture
def cloudwatch() -> CloudWatchSimulator:
    """Six minutes of requests, errors and response times of one load balancer."""
    simulator = CloudWatchSimulator(Kernel())
    for minute in range(6):
        at = (NOON + timedelta(minutes=minute)).timestamp()
        simulator.put("AWS/ApplicationELB", "RequestCount", BALANCER, at + 30, 100.0 + minute)
        simulator.put("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", BALANCER, at, float(minute))
        simulator.put_values("AWS/ApplicationELB", "TargetResponseTime", BALANCER, at, [0.01, 0.02, 0.03, 0.04, 0.05])
    return simulator


def query(name: str, stat: str = "Sum", *, known_as: str = "m1", period: int = 60, **more: Any) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in BALANCER.items()]
    metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": dimensions}
    return {"Id": known_as, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, **more}


def ask(simulator: CloudWatchSimulator, *queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"StartTime": NOON, "EndTime": NOON + timedelta(minutes=6), "ScanBy": "TimestampAscending"}
    answer: dict[str, Any] = simulator.get_metric_data(MetricDataQueries=queries, **(asked | more))
    return answer


def values(simulator: CloudWatchSimulator, *queries: dict[str, Any], **more: Any) -> list[float]:
    found: list[float] = ask(simulator, *queries, **more)["MetricDataResults"][0]["Values"]
    return found


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(AwsError) as caught:
        call()
    return caught.value.code


def test_a_metric_comes_back_minute_by_minute(cloudwatch: CloudWatchSimulator) -> None:
    answer = ask(cloudwatch, query("RequestCount"))
    assert answer["MetricDataResults"] == [
        {
            "Id": "m1",
            "Label": "RequestCount",
            "Timestamps": [NOON + timedelta(minutes=minute) for minute in range(6)],
            "Values": [100.0, 101.0, 102.0, 103.0, 104.0, 105.0],
            "StatusCode": "Complete",
        }
    ]
    assert "NextToken" not in answer


def test_newest_first_unless_told_otherwise(cloudwatch: CloudWatchSimulator) -> None:
    assert values(cloudwatch, query("RequestCount"), ScanBy="TimestampDescending")[0] == 105.0


def test_the_end_is_exclusive_and_the_start_inclusive(cloudwatch: CloudWatchSimulator) -> None:
    two = {"StartTime": NOON + timedelta(minutes=1), "EndTime": NOON + timedelta(minutes=3)}
    assert values(cloudwatch, query("RequestCount"), **two) == [101.0, 102.0]


@pytest.mark.parametrize(
    ("stat", "expected"),
    [
        ("Average", 0.03),
        ("Minimum", 0.01),
        ("Maximum", 0.05),
        ("SampleCount", 15.0),
        ("Sum", 0.45),
        ("p50", 0.03),
        ("p100", 0.05),
    ],
)
def test_statistics_over_a_longer_period(cloudwatch: CloudWatchSimulator, stat: str, expected: float) -> None:
    assert values(cloudwatch, query("TargetResponseTime", stat, period=180)) == pytest.approx([expected] * 2)


def test_the_error_rate_is_a_division_of_two_metrics(cloudwatch: CloudWatchSimulator) -> None:
    rate = values(
        cloudwatch,
        {"Id": "e1", "Expression": "100 * m1 / (m2 + -0)", "Label": "rate"},
        query("HTTPCode_Target_5XX_Count", known_as="m1", ReturnData=False),
        query("RequestCount", known_as="m2", ReturnData=False),
        query("RequestCount", known_as="m3", ReturnData=False),
    )
    assert rate == pytest.approx([100 * minute / (100 + minute) for minute in range(6)])


def test_a_division_by_zero_has_no_point(cloudwatch: CloudWatchSimulator) -> None:
    errors = query("HTTPCode_Target_5XX_Count", ReturnData=False)
    assert len(values(cloudwatch, {"Id": "e1", "Expression": "1 / m1"}, errors)) == 5


def test_an_expression_may_use_another(cloudwatch: CloudWatchSimulator) -> None:
    twice = {"Id": "e2", "Expression": "e1 * 2"}
    assert values(cloudwatch, twice, {"Id": "e1", "Expression": "m1 - 100"}, query("RequestCount"))[1] == 2.0


def test_an_unknown_metric_has_no_points(cloudwatch: CloudWatchSimulator) -> None:
    assert values(cloudwatch, query("Unheard")) == []


def test_many_points_come_in_pages(cloudwatch: CloudWatchSimulator) -> None:
    two = (query("RequestCount", known_as="m1"), query("HTTPCode_Target_5XX_Count", known_as="m2"))
    first = ask(cloudwatch, *two, MaxDatapoints=8)
    assert [len(result["Values"]) for result in first["MetricDataResults"]] == [6, 2]
    assert [result["StatusCode"] for result in first["MetricDataResults"]] == ["Complete", "PartialData"]
    second = ask(cloudwatch, *two, MaxDatapoints=8, NextToken=first["NextToken"])
    assert [len(result["Values"]) for result in second["MetricDataResults"]] == [0, 4]
    assert "NextToken" not in second
    assert refused(lambda: ask(cloudwatch, *two, NextToken="elsewhere")) == "InvalidNextToken"


@pytest.mark.parametrize(
    "queries",
    [
        [query("RequestCount", period=61)],
        [query("RequestCount", period=0)],
        [query("RequestCount", known_as="M1")],
        [query("RequestCount"), query("RequestCount")],
        [query("RequestCount", ReturnData=False)],
        [{"Id": "e1"}],
        [{"Id": "e1", "Expression": "m9 / 2"}],
        [{"Id": "e1", "Expression": "e1 + 1"}],
        [{"Id": "e1", "Expression": "1 +"}],
        [{"Id": "e1", "Expression": "1 + 1"}],
        [{"Id": "e1", "Expression": "'a'"}],
        [query("RequestCount", known_as=f"m{number}") for number in range(501)],
    ],
)
def test_questions_that_aws_refuses(cloudwatch: CloudWatchSimulator, queries: list[dict[str, Any]]) -> None:
    assert refused(lambda: ask(cloudwatch, *queries)) == "ValidationError"


def test_time_must_go_forward(cloudwatch: CloudWatchSimulator) -> None:
    assert refused(lambda: ask(cloudwatch, query("RequestCount"), EndTime=NOON)) == "ValidationError"


@pytest.mark.parametrize(
    "asked",
    [
        query("RequestCount", period=10),
        query("RequestCount", "tm90"),
        query("RequestCount", AccountId="123456789012"),
        {"Id": "e1", "Expression": "SUM(METRICS())"},
        {"Id": "e1", "Expression": "SELECT MAX(x) FROM y GROUP BY z", "Period": 60},
    ],
)
def test_what_the_world_does_not_have_is_said_loudly(cloudwatch: CloudWatchSimulator, asked: dict[str, Any]) -> None:
    assert refused(lambda: ask(cloudwatch, asked)) == "NotImplemented"


def test_metrics_are_listed_and_filtered(cloudwatch: CloudWatchSimulator) -> None:
    cloudwatch.put("norikae", "Shifted", {"App": "web", "Env": "demo"}, cloudwatch.kernel.now(), 1.0)
    assert len(cloudwatch.list_metrics()["Metrics"]) == 4
    found = cloudwatch.list_metrics(Namespace="norikae", Dimensions=[{"Name": "Env"}], RecentlyActive="PT3H")["Metrics"]
    assert found == [
        {
            "Namespace": "norikae",
            "MetricName": "Shifted",
            "Dimensions": [{"Name": "App", "Value": "web"}, {"Name": "Env", "Value": "demo"}],
        }
    ]
    assert cloudwatch.list_metrics(Dimensions=[{"Name": "Env", "Value": "prod"}])["Metrics"] == []
    assert refused(lambda: cloudwatch.list_metrics(NextToken="elsewhere")) == "InvalidParameterValue"
    assert refused(lambda: cloudwatch.list_metrics(OwningAccount="210987654321")) == "NotImplemented"


def test_long_lists_of_metrics_come_in_pages(cloudwatch: CloudWatchSimulator) -> None:
    for number in range(501):
        cloudwatch.put("many", f"metric-{number}", {}, 0.0, 1.0)
    first = cloudwatch.list_metrics(Namespace="many")
    rest = cloudwatch.list_metrics(Namespace="many", NextToken=first["NextToken"])
    assert (len(first["Metrics"]), len(rest["Metrics"]), "NextToken" in rest) == (500, 1, False)


def test_what_functions_put_comes_back(cloudwatch: CloudWatchSimulator) -> None:
    cloudwatch.put_metric_data(
        Namespace="norikae",
        MetricData=[
            {"MetricName": "Steps", "Value": 3.0, "Timestamp": NOON},
            {"MetricName": "Steps", "Values": [1.0, 2.0], "Counts": [2.0, 1.0], "Timestamp": NOON},
        ],
    )
    found = cloudwatch.get_metric_statistics(
        Namespace="norikae",
        MetricName="Steps",
        StartTime=NOON,
        EndTime=NOON + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum", "SampleCount"],
        ExtendedStatistics=["p100"],
    )
    point = {"Timestamp": NOON, "Unit": "None", "Sum": 7.0, "SampleCount": 4.0, "ExtendedStatistics": {"p100": 3.0}}
    assert found == {"Label": "Steps", "Datapoints": [point]}


def test_putting_is_refused_as_aws_does(cloudwatch: CloudWatchSimulator) -> None:
    datum = {"MetricName": "Steps", "Value": 3.0}
    sets = {"MetricName": "Steps", "StatisticValues": {"SampleCount": 1, "Sum": 1, "Minimum": 1, "Maximum": 1}}
    assert refused(lambda: cloudwatch.put_metric_data(Namespace="AWS/EKS", MetricData=[datum])) == (
        "InvalidParameterValue"
    )
    assert refused(lambda: cloudwatch.put_metric_data(Namespace="norikae", MetricData=[sets])) == "NotImplemented"


def test_statistics_of_one_metric_are_refused_as_aws_does(cloudwatch: CloudWatchSimulator) -> None:
    def ask_for(**more: Any) -> object:
        settings: dict[str, Any] = {"StartTime": NOON, "EndTime": NOON + timedelta(minutes=1), "Period": 60}
        return cloudwatch.get_metric_statistics(Namespace="a", MetricName="b", **(settings | more))

    assert refused(ask_for) == "MissingParameter"
    assert refused(lambda: ask_for(Statistics=["Sum"], EndTime=NOON)) == "InvalidParameterValue"
    assert refused(lambda: ask_for(Statistics=["Sum"], Period=90)) == "InvalidParameterValue"
    assert refused(lambda: ask_for(Statistics=["Sum"], Unit="Count")) == "NotImplemented"
