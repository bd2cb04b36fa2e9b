"""A year of weekly looks at a living EKS and AWS Health, by the real adapters: what people read, in its order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from local.aws.aws_health import AwsHealthSimulator
from local.aws.eks import EksSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel
from norikae.adapters.aws.eks import EksClusters
from norikae.adapters.aws.health import AwsHealthEvents
from norikae.adapters.aws.reminders import DynamoReminders
from norikae.support.watch import watch
from tests.unit.fakes.ports import FakePorts

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION, WEEK = "123456789012", "ap-northeast-1", 7 * 86400
CLUSTER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cluster"
KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


class Year:
    """A cluster that nobody upgrades until somebody does."""

    def __init__(self) -> None:
        self.kernel, identities = Kernel(), Identities(ACCOUNT)
        self.health = AwsHealthSimulator(self.kernel, account=ACCOUNT, region=REGION)
        self.eks = EksSimulator(
            self.kernel,
            account=ACCOUNT,
            region=REGION,
            identities=identities,
            on_active=lambda cluster: (f"https://{cluster.name}", "PEM"),
        )
        self.front = Front(self.kernel, [self.eks, self.health], identities, ACCOUNT, REGION)
        self.front.start()
        dynamodb = self.front.client("dynamodb")
        dynamodb.create_table(
            TableName="runs",
            KeySchema=KEYS,
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        self.ports = FakePorts()
        clusters = msgspec.structs.replace(self.ports.environment.clusters, adopt="demo-1-34", version="1.35")
        self.ports.environment = msgspec.structs.replace(self.ports.environment, clusters=clusters)
        adapters: dict[str, Any] = {
            "eks": EksClusters(self.front.client("eks")),
            "aws_health": AwsHealthEvents(self.front.client("health")),
            "reminders": DynamoReminders(dynamodb, "runs", "demo"),
        }
        for name, adapter in adapters.items():
            setattr(self.ports, name, adapter)

    def serves(self, version: str) -> None:
        self.eks.clusters.pop("demo-1-34", None)
        self.eks.adopt("demo-1-34", version, role_arn=CLUSTER_ROLE, subnets=["a", "c"])

    def weeks(self, count: int) -> list[str]:
        """So many weekly looks, each of them twice; what people read."""
        before = len(self.ports.topic.told)
        for _ in range(count):
            self.ports.now = self.kernel.now()
            watch(self.ports)
            watch(self.ports)
            self.kernel.run(WEEK)
        return [message["text"] for _, message in self.ports.topic.told[before:]]


@pytest.fixture
def year() -> Iterator[Year]:
    made = Year()
    yield made
    made.front.stop()
    assert made.front.failures == []


def test_a_year_of_weekly_looks(year: Year) -> None:
    year.serves("1.34")  # it is the 24th of November 2026
    then = "on 2026-12-02; extended support is paid after that; upgrade to 1.35"
    assert year.weeks(2) == [
        f"demo-1-34: standard support of 1.34 ends in {left}, {then}" for left in ("8 days", "1 day")
    ]
    (command,) = year.ports.commander.heard
    assert (command["version"], command["reason"]) == ("1.35", "standard support of 1.34 ends on 2026-12-02")
    year.health.happens(about=["demo-1-34"], in_days=300)
    year.health.happens(about=["somebody-elses"], in_days=300)
    over, event = year.weeks(2)
    year.health.happens("AWS_EKS_SECURITY_NOTIFICATION", category="accountNotification", about=["AWS_ACCOUNT"])
    (of_all,) = year.weeks(1)
    assert of_all.startswith("AWS Health about EKS in ap-northeast-1: AWS_EKS_SECURITY_NOTIFICATION")
    assert over == (
        "demo-1-34: standard support of 1.34 is over since 2026-12-02; extended support is paid now; upgrade to 1.35"
    )
    assert event.startswith("AWS Health about demo-1-34: AWS_EKS_PLANNED_LIFECYCLE_EVENT (scheduledChange, upcoming)")
    year.serves("1.35")
    told = year.weeks(13)
    assert [text.partition(",")[0] for text in told] == [
        f"demo-1-34: standard support of 1.35 ends in {days} days" for days in (88, 60, 25, 11, 4)
    ]
    assert len(year.ports.commander.heard) == 1  # EKS offers nothing newer in this world
    assert json.dumps(told).count("EKS offers nothing newer") == 5
