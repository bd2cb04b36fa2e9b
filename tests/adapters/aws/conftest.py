"""A small AWS on loopback: the simulators behind the front, and the operator's boto3 clients of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.ec2 import Ec2Simulator
from local.aws.elbv2 import ElbSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.route53 import Route53Simulator
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"


class Cloud:
    """What the adapters meet, with the verbs that the stories use."""

    def __init__(self) -> None:
        self.kernel = Kernel(seed=3)
        self.route53 = Route53Simulator(self.kernel, account=ACCOUNT)
        self.elb = ElbSimulator(self.kernel, account=ACCOUNT, region=REGION)
        self.cloudwatch = CloudWatchSimulator(self.kernel)
        self.ec2 = Ec2Simulator(self.kernel, account=ACCOUNT, region=REGION, vpc="vpc-demo", subnets={})
        self.ec2.wearers.append(self.elb.groups_in_use)
        simulators = [self.route53, self.elb, self.cloudwatch, self.ec2]
        self.front = Front(self.kernel, simulators, Identities(ACCOUNT), ACCOUNT, REGION)
        self.front.start()

    def client(self, service: str) -> Any:
        """The operator's client of a service."""
        return self.front.client(service)

    def called(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of every call of an operation, in order."""
        return [call.params for call in self.front.calls if call.operation == operation]

    def time_passes(self, seconds: float) -> None:
        """Let the world live."""
        self.kernel.run(seconds)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    built = Cloud()
    yield built
    built.front.stop()
    assert built.front.failures == []


@pytest.fixture
def dynamodb(cloud: Cloud) -> Any:
    """The client of DynamoDB, which has the table of the runs."""
    client = cloud.client("dynamodb")
    client.create_table(
        TableName="runs",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    return client
