"""Scanners: they meet the default rule, and nobody calls that a failed request."""

from __future__ import annotations

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.elbv2 import ElbSimulator
from local.edge.alb import Alb
from local.edge.alb_controller import AlbController
from local.edge.alb_metrics import AlbMetrics
from local.edge.connections import Connections
from local.edge.scanners import Scanners
from local.kernel import Kernel
from tests.local.edge.alb_cluster import ALB, HandmadeCluster

HOUR = 3600


class Edge:
    """A cluster behind load balancers that strangers have found."""

    def __init__(self, seed: int = 1) -> None:
        self.kernel = Kernel(seed=seed)
        self.elb = ElbSimulator(self.kernel, account="123456789012", region="ap-northeast-1")
        self.alb = Alb(self.kernel, self.elb)
        self.cluster = HandmadeCluster(self.kernel)
        self.cluster.controller()
        AlbController(self.kernel, self.cluster, self.elb, "demo-1-33")
        self.alb.attach("demo-1-33", self.cluster)
        self.cloudwatch = CloudWatchSimulator(self.kernel)
        AlbMetrics(self.kernel, self.alb, self.cloudwatch, Connections(self.kernel, self.alb))
        self.scanners = Scanners(self.kernel, self.alb, self.elb.load_balancers.values)

    def sums(self, **place: str) -> dict[str, float]:
        """The sum of every metric of a place."""
        found = {}
        for metric in self.cloudwatch.series.metrics():
            if dict(metric.dimensions).keys() == place.keys():
                answer = self.cloudwatch.get_metric_statistics(
                    Namespace=metric.namespace,
                    MetricName=metric.name,
                    Dimensions=[{"Name": key, "Value": value} for key, value in metric.dimensions],
                    StartTime=self.kernel.utcnow().fromtimestamp(self.kernel.now() - HOUR, self.kernel.utcnow().tzinfo),
                    EndTime=self.kernel.utcnow(),
                    Period=HOUR,
                    Statistics=["Sum"],
                )
                found[metric.name] = sum(point["Sum"] for point in answer["Datapoints"])
        return found


def test_scanners_get_404_and_count_for_nobody() -> None:
    edge = Edge()
    edge.cluster.application("web")
    edge.kernel.run(120)
    edge.scanners.start()
    edge.kernel.run(HOUR - 240)
    edge.scanners.stop()
    edge.kernel.run(120)
    assert edge.scanners.statuses == {404: edge.scanners.total}
    assert 250 < edge.scanners.total < 440, "six a minute"
    seen = edge.sums(LoadBalancer="")
    names = ("ActiveConnectionCount", "NewConnectionCount", "HTTP_Fixed_Response_Count", "HTTPCode_ELB_4XX_Count")
    assert seen == dict.fromkeys(names, edge.scanners.total)
    assert "RequestCount" not in edge.sums(LoadBalancer="", TargetGroup="")


def test_a_rule_without_a_host_lets_scanners_in_as_it_does_in_life() -> None:
    edge = Edge()
    edge.cluster.application("web")
    edge.kernel.run(120)
    listener = next(iter(edge.elb.listeners.values()))
    group = next(iter(edge.elb.target_groups))
    edge.elb.create_rule(
        ListenerArn=listener.arn,
        Priority=9,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    edge.scanners.start()
    edge.kernel.run(600)
    assert edge.scanners.statuses == {200: edge.scanners.total}


def test_scanners_find_nothing_where_nothing_faces_the_internet() -> None:
    edge = Edge()
    edge.cluster.application("web", annotations={f"{ALB}scheme": "internal"})
    edge.kernel.run(120)
    edge.scanners.start()
    edge.kernel.run(600)
    assert edge.scanners.total == 0


def test_a_load_balancer_that_is_not_active_gives_no_connection() -> None:
    edge = Edge()
    edge.cluster.application("web")
    edge.scanners.start()
    edge.scanners.start()
    edge.kernel.run(20)
    assert set(edge.scanners.statuses) <= {0}
    edge.kernel.run(HOUR)
    assert edge.scanners.statuses[404] < 500, "starting twice is starting once"


def test_the_same_seed_gives_the_same_visits() -> None:
    found = []
    for _ in range(2):
        edge = Edge(seed=5)
        edge.cluster.application("web")
        edge.scanners.start()
        edge.kernel.run(1800)
        found.append(dict(edge.scanners.statuses))
    assert found[0] == found[1] != {}
