"""Alarms and Metrics Insights: states follow from figures, and what this world has not is refused loudly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.simulator import AwsError
from local.kernel import Kernel

WHERE = {"Application": "chat", "Cluster": "green"}
DIMENSIONS = [{"Name": name, "Value": value} for name, value in WHERE.items()]
MINUTE = 60


@pytest.fixture
def cloudwatch() -> CloudWatchSimulator:
    """Three whole minutes of failures: 1, 5, 9."""
    simulator = CloudWatchSimulator(Kernel())
    begin = simulator.kernel.now() // MINUTE * MINUTE
    for minute, value in enumerate((1.0, 5.0, 9.0)):
        simulator.put("Chat", "Failed", WHERE, begin + MINUTE * minute, value)
    simulator.kernel.run(begin + 3 * MINUTE + 5 - simulator.kernel.now())
    return simulator


def alarm(simulator: CloudWatchSimulator, **changes: Any) -> str:
    """The state of an alarm that was put just now."""
    given: dict[str, Any] = {
        "Namespace": "Chat",
        "MetricName": "Failed",
        "Dimensions": DIMENSIONS,
        "Statistic": "Sum",
        "Period": MINUTE,
        "EvaluationPeriods": 2,
        "Threshold": 4.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    given = {name: value for name, value in (given | changes).items() if value is not None}
    simulator.put_metric_alarm(AlarmName="failures", **given)
    return state(simulator)


def state(simulator: CloudWatchSimulator) -> str:
    (found,) = simulator.describe_alarms(AlarmNames=["failures"])["MetricAlarms"]
    return str(found["StateValue"])


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(AwsError) as caught:
        call(**params)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "ALARM"),
        ({"Threshold": 5.0}, "OK"),
        ({"Threshold": 5.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}, "ALARM"),
        ({"Threshold": 10.0, "ComparisonOperator": "LessThanThreshold"}, "ALARM"),
        ({"Threshold": 5.0, "ComparisonOperator": "LessThanOrEqualToThreshold"}, "OK"),
        ({"EvaluationPeriods": 3}, "OK"),
        ({"EvaluationPeriods": 3, "DatapointsToAlarm": 2}, "ALARM"),
        ({"Statistic": None, "ExtendedStatistic": "p99"}, "ALARM"),
        ({"MetricName": "Unheard"}, "INSUFFICIENT_DATA"),
        ({"MetricName": "Unheard", "TreatMissingData": "notBreaching"}, "OK"),
        ({"MetricName": "Unheard", "TreatMissingData": "breaching"}, "ALARM"),
    ],
)
def test_a_state_follows_from_the_last_whole_periods(
    cloudwatch: CloudWatchSimulator, changes: dict[str, Any], expected: str
) -> None:
    assert alarm(cloudwatch, **changes) == expected


def test_an_alarm_on_an_expression(cloudwatch: CloudWatchSimulator) -> None:
    single = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))
    metric = {"Namespace": "Chat", "MetricName": "Failed", "Dimensions": DIMENSIONS}
    queries = [
        {"Id": "e1", "Expression": "m1 * 10"},
        {"Id": "m1", "MetricStat": {"Metric": metric, "Period": MINUTE, "Stat": "Sum"}, "ReturnData": False},
    ]
    assert alarm(cloudwatch, **single, Metrics=queries, Threshold=49.0) == "ALARM"
    assert alarm(cloudwatch, **single, Metrics=queries, Threshold=50.0) == "OK"


def test_a_state_set_by_hand_lasts_until_the_next_evaluation(cloudwatch: CloudWatchSimulator) -> None:
    alarm(cloudwatch)
    cloudwatch.set_alarm_state(AlarmName="failures", StateValue="INSUFFICIENT_DATA", StateReason="a drill")
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    cloudwatch.kernel.run(MINUTE)
    assert state(cloudwatch) == "OK", "one of the last two minutes breaches"


def test_alarms_are_found_by_name_prefix_and_state_page_by_page(cloudwatch: CloudWatchSimulator) -> None:
    alarm(cloudwatch)
    assert cloudwatch.describe_alarms(AlarmNames=["other"])["MetricAlarms"] == []
    assert cloudwatch.describe_alarms(AlarmNamePrefix="fail", StateValue="ALARM")["MetricAlarms"] != []
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"]) == {"MetricAlarms": [], "CompositeAlarms": []}
    given = cloudwatch.alarms["failures"].given
    cloudwatch.put_metric_alarm(AlarmName="more", **given)
    first = cloudwatch.describe_alarms(MaxRecords=1)
    second = cloudwatch.describe_alarms(MaxRecords=1, NextToken=first["NextToken"])
    assert [page["MetricAlarms"][0]["AlarmName"] for page in (first, second)] == ["failures", "more"]
    cloudwatch.delete_alarms(AlarmNames=["failures", "more"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("ValidationError", {"MetricName": None}),
        ("ValidationError", {"Threshold": None}),
        ("ValidationError", {"ExtendedStatistic": "p99"}),
        ("ValidationError", {"DatapointsToAlarm": 3}),
        ("NotImplemented", {"TreatMissingData": "ignore"}),
        ("NotImplemented", {"ComparisonOperator": "GreaterThanUpperThreshold"}),
        ("NotImplemented", {"ThresholdMetricId": "a1"}),
    ],
)
def test_alarms_that_are_refused(cloudwatch: CloudWatchSimulator, code: str, changes: dict[str, Any]) -> None:
    refused(code, lambda: alarm(cloudwatch, **changes))


def test_questions_that_are_refused(cloudwatch: CloudWatchSimulator) -> None:
    names = [str(number) for number in range(101)]
    refused("ValidationError", cloudwatch.describe_alarms, AlarmNames=["a"], AlarmNamePrefix="a")
    refused("ValidationError", cloudwatch.describe_alarms, AlarmNames=names)
    refused("InvalidNextToken", cloudwatch.describe_alarms, NextToken="strange")
    refused("NotImplemented", cloudwatch.describe_alarms, ActionPrefix="arn")
    refused("ResourceNotFound", cloudwatch.delete_alarms, AlarmNames=["a"])
    refused("ResourceNotFound", cloudwatch.set_alarm_state, AlarmName="a", StateValue="OK", StateReason="")
    for call in ("put_composite_alarm", "describe_alarms_for_metric", "describe_alarm_history"):
        refused("NotImplemented", getattr(cloudwatch, call), AlarmName="a")
    for call in ("enable_alarm_actions", "disable_alarm_actions"):
        refused("NotImplemented", getattr(cloudwatch, call), AlarmNames=["a"])


def selected(simulator: CloudWatchSimulator, expression: str, **changes: Any) -> list[float]:
    now = datetime.fromtimestamp(simulator.kernel.now(), UTC)
    query = {"Id": "q1", "Expression": expression, "Period": MINUTE} | changes
    query = {name: value for name, value in query.items() if value is not None}
    answer = simulator.get_metric_data(
        MetricDataQueries=[query], StartTime=now - timedelta(minutes=10), EndTime=now, ScanBy="TimestampAscending"
    )
    values: list[float] = answer["MetricDataResults"][0]["Values"]
    return values


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SELECT SUM(Failed) FROM Chat", [101.0, 5.0, 9.0]),
        ("SELECT MAX(Failed) FROM Chat", [100.0, 5.0, 9.0]),
        ('select count("Failed") from "Chat"', [2.0, 1.0, 1.0]),
        ("SELECT SUM(Failed) FROM Chat WHERE Cluster = 'green' AND Application='chat'", [1.0, 5.0, 9.0]),
        ("SELECT SUM(Failed) FROM Chat WHERE Cluster != 'green'", [100.0]),
        ("SELECT SUM(Failed) FROM SCHEMA(Chat, Cluster)", [100.0]),
        ("SELECT SUM(Failed) FROM SCHEMA(\"Chat\", Cluster, Application) WHERE Cluster = 'blue'", []),
        ("SELECT SUM(Failed) FROM Elsewhere", []),
    ],
)
def test_metrics_insights(cloudwatch: CloudWatchSimulator, expression: str, expected: list[float]) -> None:
    begin = cloudwatch.kernel.now() // MINUTE * MINUTE - 3 * MINUTE
    cloudwatch.put("Chat", "Failed", {"Cluster": "blue"}, begin, 100.0)
    assert selected(cloudwatch, expression) == expected


@pytest.mark.parametrize(
    ("code", "expression"),
    [
        ("ValidationError", "SELECT Failed FROM Chat"),
        ("ValidationError", "SELECT MEDIAN(Failed) FROM Chat"),
        ("ValidationError", "SELECT SUM(Failed) FROM Chat WHERE Cluster > 'green'"),
        ("NotImplemented", "SELECT SUM(Failed) FROM Chat GROUP BY Cluster"),
        ("NotImplemented", "SELECT SUM(Failed) FROM Chat WHERE Cluster = 'a' OR Cluster = 'b'"),
        ("NotImplemented", "SELECT SUM(Failed) FROM Chat LIMIT 5"),
    ],
)
def test_queries_that_are_refused(cloudwatch: CloudWatchSimulator, code: str, expression: str) -> None:
    refused(code, selected, simulator=cloudwatch, expression=expression)


def test_a_query_needs_a_period(cloudwatch: CloudWatchSimulator) -> None:
    refused("ValidationError", selected, simulator=cloudwatch, expression="SELECT SUM(Failed) FROM Chat", Period=None)
