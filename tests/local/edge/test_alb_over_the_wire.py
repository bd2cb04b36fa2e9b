"""Load balancers and their figures as boto3 sees them, and with the controllers of a whole cluster."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.front import Front as AwsFront
from local.aws.identities import Identities
from local.cluster.cluster import KubernetesCluster
from local.cluster.git import GitRepositories
from local.edge.alb_metrics import AlbMetrics
from local.edge.connections import Connections
from local.kubernetes.api import ApiServer
from tests.local.edge.alb_cluster import HandmadeCluster
from tests.local.edge.test_alb import Front


class Wire(Front):
    """The same cluster and client, with AWS on loopback."""

    def __init__(self) -> None:
        super().__init__()
        self.cloudwatch = CloudWatchSimulator(self.kernel)
        AlbMetrics(self.kernel, self.alb, self.cloudwatch, Connections(self.kernel, self.alb))
        services = [self.elb, self.cloudwatch]
        self.aws = AwsFront(self.kernel, services, Identities("123456789012"), "123456789012", "ap-northeast-1")
        self.aws.start()


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    wire.cluster.application("web")
    wire.kernel.run(125)
    yield wire
    wire.aws.stop()
    assert wire.aws.failures == []


def test_boto3_reads_load_balancers_and_targets(wire: Wire) -> None:
    client = wire.aws.client("elbv2")
    (known,) = client.describe_load_balancers()["LoadBalancers"]
    assert known["State"]["Code"] == "active"
    assert known["DNSName"] == wire.cluster.hostname("web")
    assert abs(known["CreatedTime"] - wire.kernel.utcnow()) < timedelta(minutes=3)
    (group,) = client.describe_target_groups(LoadBalancerArn=known["LoadBalancerArn"])["TargetGroups"]
    health = client.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    assert [one["TargetHealth"] for one in health] == [{"State": "healthy"}] * 2
    tags = client.describe_tags(ResourceArns=[group["TargetGroupArn"]])["TagDescriptions"][0]["Tags"]
    assert {"Key": "ingress.k8s.aws/resource", "Value": "default/web-web:80"} in tags
    (listener,) = client.describe_listeners(LoadBalancerArn=known["LoadBalancerArn"])["Listeners"]
    rules = client.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    assert [rule["Priority"] for rule in rules] == ["1", "default"]


def test_boto3_raises_the_exceptions_of_the_model(wire: Wire) -> None:
    client = wire.aws.client("elbv2")
    with pytest.raises(client.exceptions.LoadBalancerNotFoundException):
        client.describe_load_balancers(Names=["gone"])
    with pytest.raises(client.exceptions.TargetGroupNotFoundException):
        client.describe_target_groups(Names=["gone"])
    (group,) = client.describe_target_groups()["TargetGroups"]
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    with pytest.raises(ClientError, match="NotImplemented"):
        client.describe_account_limits()


def test_boto3_reads_the_figures(wire: Wire) -> None:
    for _ in range(30):
        wire.ask()
    begins = wire.kernel.utcnow().replace(second=0, microsecond=0)
    wire.kernel.run(60)
    owner = next(iter(wire.elb.load_balancers.values()))
    client = wire.aws.client("cloudwatch")
    metrics = client.list_metrics(Namespace="AWS/ApplicationELB", MetricName="RequestCount")["Metrics"]
    assert {"Name": "LoadBalancer", "Value": owner.dimension} in metrics[0]["Dimensions"]
    (result,) = client.get_metric_data(
        MetricDataQueries=[
            {
                "Id": "requests",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ApplicationELB",
                        "MetricName": "RequestCount",
                        "Dimensions": [{"Name": "LoadBalancer", "Value": owner.dimension}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
        ],
        StartTime=begins,
        EndTime=begins + timedelta(minutes=1),
    )["MetricDataResults"]
    assert (result["Timestamps"], result["Values"]) == ([begins], [30.0])


def test_alarms_are_kept(wire: Wire) -> None:
    client = wire.aws.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="errors",
        Namespace="norikae",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    assert [alarm["AlarmName"] for alarm in client.describe_alarms()["MetricAlarms"]] == ["errors"]


class LivingFront(Front):
    """A cluster whose own controllers make the pods."""

    def __init__(self) -> None:
        super().__init__()
        api = ApiServer(name="demo-1-35-a", version="1.35", now=self.kernel.now, random=self.kernel.stream("green"))
        self.living = KubernetesCluster(self.kernel, api, git=GitRepositories())
        self.living.add_node("ip-10-0-1-1")
        self.living.add_node("ip-10-0-1-2")
        self.cluster = HandmadeCluster.over(self.kernel, api)


def test_a_rolling_update_loses_no_request_when_pods_wait_before_they_stop() -> None:
    failed = requests_during_a_rolling_update(pre_stop={"preStop": {"sleep": {"seconds": 15}}})
    assert failed == 0


def test_a_rolling_update_loses_requests_when_pods_stop_at_once() -> None:
    assert requests_during_a_rolling_update(pre_stop={}) > 0


def requests_during_a_rolling_update(*, pre_stop: dict[str, object]) -> int:
    """Failed requests while every pod of an application is replaced."""
    from local.edge.alb_controller import AlbController  # noqa: PLC0415 - only this story needs its own

    front = LivingFront()
    front.alb.attach("demo-1-35-a", front.living)
    AlbController(front.kernel, front.living, front.elb, "demo-1-35-a")
    front.cluster.living_application("kube-system", "aws-load-balancer-controller", {})
    front.cluster.living_application("default", "web", pre_stop)
    front.cluster.application("web", pods=0)
    front.kernel.run(180)
    assert front.ask().status == 200
    restart = {"spec": {"template": {"metadata": {"annotations": {"restarted": "now"}}}}}
    front.cluster.api.patch("deployments.apps", "web", "default", restart)
    failed = 0
    for _ in range(1200):
        front.kernel.run(0.1)
        failed += front.ask().failed
    return failed
