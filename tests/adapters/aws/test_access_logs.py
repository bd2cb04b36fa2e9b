"""Access logs in S3: found by the names of the guide, read up to a bound, and only in buckets that may be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.edge.access_logs import AccessLogs, Caller
from local.edge.alb import Response
from norikae.adapters.aws.access_logs import S3AccessLogs
from norikae.upgrade.talkers import Talker, count_talkers

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from .conftest import Cloud

HOST = "web.example.com"


class Logging:
    """A load balancer whose requests the world writes down."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        cloud.client("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
        made = cloud.elb.create_load_balancer(Name="k8s-web", Subnets=["subnet-a", "subnet-c"])["LoadBalancers"][0]
        self.balancer = cloud.elb.load_balancer(str(made["LoadBalancerArn"]))
        settings: dict[str, Any] = {"Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-demo", "TargetType": "ip"}
        group = cloud.elb.create_target_group(Name="web", HealthCheckIntervalSeconds=15, **settings)["TargetGroups"][0]
        self.group = cloud.elb.target_group(str(group["TargetGroupArn"]))
        self.world = AccessLogs(cloud.kernel, account=ACCOUNT, region=REGION, put=cloud.front.moto.keep)
        self.write("true")

    def write(self, enabled: str) -> None:
        values = {"access_logs.s3.enabled": enabled, "access_logs.s3.bucket": "logs", "access_logs.s3.prefix": "edge"}
        changes = [{"Key": key, "Value": value} for key, value in values.items()]
        self.cloud.elb.modify_load_balancer_attributes(LoadBalancerArn=self.balancer.arn, Attributes=changes)

    def asked(self, address: str) -> None:
        answer = Response(200, "blue", "10.0.0.1", 0.01, "")
        self.world.note(self.balancer, self.group, answer, HOST, "/", Caller(address, "curl/8"))
        self.cloud.time_passes(300)

    def lines(self, *buckets: str, seconds: float = 900) -> list[str]:
        now = self.cloud.kernel.now()
        cloud = self.cloud
        reader = S3AccessLogs(cloud.client("elbv2"), cloud.client("s3"), buckets, ACCOUNT, REGION)
        return reader.lines(self.balancer.dns_name, start=now - seconds, end=now)


@pytest.fixture
def logging(cloud: Cloud) -> Logging:
    return Logging(cloud)


def test_the_last_minutes_of_a_log_are_read_as_the_world_writes_them(logging: Logging) -> None:
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"):
        logging.asked(address)
    logging.cloud.time_passes(1)
    found = count_talkers(logging.lines("logs", seconds=700))
    assert found == {Talker(f"192.0.2.{last}", "curl/8", HOST): 1 for last in (3, 4)}


def test_a_bucket_that_the_environment_does_not_name_is_not_touched(logging: Logging) -> None:
    logging.asked("192.0.2.1")
    assert logging.lines("other") == []
    assert logging.cloud.called("ListObjectsV2") == []


def test_a_load_balancer_that_writes_no_log_has_none(logging: Logging) -> None:
    logging.write("false")
    assert logging.lines("logs") == []
