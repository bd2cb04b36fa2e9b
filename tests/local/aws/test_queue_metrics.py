"""What alarms on queues are about is measured as SQS measures it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.queue_metrics import QueueMetrics
from local.kernel import Kernel

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
BEGIN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MINUTE, HOUR = 60, 3600


class Queue:
    """A queue ``dead`` and its figures."""

    def __init__(self) -> None:
        self.kernel = Kernel(start=BEGIN)
        self.cloudwatch = CloudWatchSimulator(self.kernel, account=ACCOUNT, region=REGION)
        QueueMetrics(self.kernel, self.cloudwatch, account=ACCOUNT, region=REGION)
        self.front = Front(self.kernel, [self.cloudwatch], Identities(ACCOUNT), ACCOUNT, REGION)
        self.front.start()
        self.sqs = self.front.client("sqs")
        self.url = self.sqs.create_queue(QueueName="dead", Attributes={"VisibilityTimeout": "150"})["QueueUrl"]

    def figures(self, metric: str) -> list[float]:
        """One for each minute that has one."""
        found: dict[str, Any] = self.front.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=metric,
            Dimensions=[{"Name": "QueueName", "Value": "dead"}],
            StartTime=BEGIN,
            EndTime=BEGIN + timedelta(hours=9),
            Period=MINUTE,
            Statistics=["Maximum"],
        )
        return [one["Maximum"] for one in found["Datapoints"]]


@pytest.fixture
def queue() -> Iterator[Queue]:
    made = Queue()
    yield made
    made.front.stop()


def test_what_waits_is_counted_and_how_long(queue: Queue) -> None:
    queue.kernel.run(2 * MINUTE + 1)
    assert queue.figures("ApproximateNumberOfMessagesVisible") == [], "it has never held anything"
    for number in range(3):
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=str(number))
    queue.kernel.run(2 * MINUTE)
    queue.sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=1)
    queue.kernel.run(3 * MINUTE)
    assert queue.figures("ApproximateNumberOfMessagesVisible") == [3, 3, 2, 2, 3], "one was hidden for 150 s"
    assert queue.figures("ApproximateAgeOfOldestMessage") == [59, 119, 179, 239, 299]


def test_an_empty_queue_is_measured_for_six_hours(queue: Queue) -> None:
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="once")
    queue.kernel.run(MINUTE + 1)
    queue.sqs.purge_queue(QueueUrl=queue.url)
    queue.kernel.run(8 * HOUR)
    assert queue.figures("ApproximateNumberOfMessagesVisible") == [1, *[0] * 359]
    assert queue.figures("ApproximateAgeOfOldestMessage") == [60, *[0] * 359]


def test_an_alarm_on_dead_letters_rings(queue: Queue) -> None:
    client = queue.front.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="dead",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "dead"}],
        Period=300,
        EvaluationPeriods=1,
        Statistic="Maximum",
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    assert client.describe_alarms()["MetricAlarms"][0]["StateValue"] == "OK"
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="dead")
    queue.kernel.run(6 * MINUTE)
    assert client.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"
