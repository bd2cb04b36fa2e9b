"""Clients that stick: kept connections, WebSockets, resolvers that keep answers for longer than they may."""

from __future__ import annotations

import gzip
import random

import pytest

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.elbv2 import ElbSimulator
from local.edge.access_logs import AccessLogs, Caller
from local.edge.alb import Alb
from local.edge.alb_controller import AlbController
from local.edge.alb_metrics import AlbMetrics
from local.edge.clients import Clients, Traffic
from local.edge.connections import Connection, Connections
from local.edge.habits import OVERHOLDING, Habits
from local.edge.lasting import Place
from local.edge.resolvers import Resolver
from tests.local.edge.alb_cluster import HandmadeCluster
from tests.local.edge.dns_cluster import DnsWorld

BLUE, GREEN = "demo-1-33", "demo-1-35-a"
WEB = "web.demo.example.com"


class TwoClusters:
    """An application in two clusters behind one name, whose weights say which of them new connections find."""

    def __init__(self) -> None:
        self.dns = DnsWorld()
        self.kernel = kernel = self.dns.kernel
        self.elb = ElbSimulator(kernel, account="123456789012", region="ap-northeast-1")
        self.alb = Alb(kernel, self.elb)
        self.connections = Connections(kernel, self.alb)
        self.cloudwatch = CloudWatchSimulator(kernel)
        AlbMetrics(kernel, self.alb, self.cloudwatch, self.connections)
        self.clusters = {name: self._cluster(name) for name in (BLUE, GREEN)}
        self.draw = random.Random(1)  # noqa: S311 - seeded, so that a run can be repeated
        kernel.run(121)
        self.weigh(100, 0)
        self.dns.route53.settle()

    def _cluster(self, name: str) -> HandmadeCluster:
        cluster = HandmadeCluster(self.kernel, name)
        cluster.controller()
        AlbController(self.kernel, cluster, self.elb, name)
        self.alb.attach(name, cluster)
        cluster.application("web", host=WEB)
        return cluster

    def weigh(self, blue: int, green: int) -> None:
        changes = []
        for name, weight in ((BLUE, blue), (GREEN, green)):
            alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": self.balancer(name), "EvaluateTargetHealth": False}
            record = {"Name": WEB, "Type": "A", "SetIdentifier": name, "Weight": weight, "AliasTarget": alias}
            changes.append(("UPSERT", record))
        self.dns.change(*changes)

    def balancer(self, cluster: str) -> str:
        return self.clusters[cluster].hostname("web")

    def attribute(self, cluster: str, **values: str) -> None:
        arn = next(one.arn for one in self.elb.load_balancers.values() if one.dns_name == self.balancer(cluster))
        changes = [{"Key": key.replace("__", "."), "Value": value} for key, value in values.items()]
        self.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=changes)

    def connect(self, cluster: str = BLUE) -> Connection:
        opened = self.connections.open(self.balancer(cluster))
        assert opened is not None
        return opened

    def users(self, **habits: float) -> Clients:
        kept = Habits(**habits)  # type: ignore[arg-type]
        clients = Clients(
            self.kernel,
            self.dns.route53,
            self.alb,
            [Traffic("web", [WEB], 5.0, 20, kept)],
            connections=self.connections,
        )
        clients.start()
        return clients

    def figure(self, metric: str, cluster: str = BLUE) -> float:
        """The last whole minute's sum of a metric of a load balancer; 0 when nothing was reported."""
        place = next(
            one.dimension for one in self.elb.load_balancers.values() if one.dns_name == self.balancer(cluster)
        )
        self.kernel.run(60 - self.kernel.now() % 60 + 0.5)
        now = self.kernel.utcnow()
        answer = self.cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName=metric,
            Dimensions=[{"Name": "LoadBalancer", "Value": place}],
            StartTime=now.fromtimestamp(self.kernel.now() - 60.5, now.tzinfo),
            EndTime=now,
            Period=60,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))


@pytest.fixture
def world() -> TwoClusters:
    return TwoClusters()


def test_a_kept_connection_stays_with_its_load_balancer_whatever_dns_says(world: TwoClusters) -> None:
    opened = world.connect()
    world.weigh(0, 100)
    world.kernel.run(50)
    world.dns.route53.settle()
    assert world.connections.request(opened, WEB, world.draw).cluster == BLUE


def test_silence_closes_a_connection_after_the_idle_timeout(world: TwoClusters) -> None:
    world.attribute(BLUE, idle_timeout__timeout_seconds="30")
    opened = world.connect()
    world.kernel.run(29)
    assert world.connections.request(opened, WEB, world.draw).status == 200
    world.kernel.run(29)
    assert world.connections.is_open(opened)
    world.kernel.run(1)
    assert not world.connections.is_open(opened)
    assert world.connections.request(opened, WEB, world.draw).status == 0


def test_the_response_after_client_keep_alive_closes_the_connection(world: TwoClusters) -> None:
    world.attribute(BLUE, client_keep_alive__seconds="60")
    opened = world.connect()
    for _ in range(3):
        world.kernel.run(19.9)
        assert world.connections.request(opened, WEB, world.draw).status == 200
        assert world.connections.is_open(opened)
    world.kernel.run(1)
    assert world.connections.request(opened, WEB, world.draw).status == 200, "the last one is answered still"
    assert not world.connections.is_open(opened)


def test_a_lower_client_keep_alive_is_for_connections_opened_after_it(world: TwoClusters) -> None:
    before = world.connect()
    world.attribute(BLUE, client_keep_alive__seconds="60")
    after = world.connect()
    for _ in range(3):
        world.kernel.run(30)
        for one in (before, after):
            world.connections.request(one, WEB, world.draw)
    assert (world.connections.is_open(before), world.connections.is_open(after)) == (True, False)


@pytest.mark.parametrize("gone", ["load balancer", "name"])
def test_nobody_accepts_a_connection_where_there_is_no_load_balancer(world: TwoClusters, gone: str) -> None:
    opened, name = world.connect(), world.balancer(BLUE)
    arn = opened.balancer.arn
    if gone == "name":
        assert world.connections.open("gone.ap-northeast-1.elb.amazonaws.com") is None
        return
    world.elb.delete_load_balancer(LoadBalancerArn=arn)
    assert world.connections.open(name) is None
    assert not world.connections.is_open(opened)


def test_a_websocket_outlives_client_keep_alive_and_ends_with_its_pod(world: TwoClusters) -> None:
    world.attribute(BLUE, client_keep_alive__seconds="60")
    opened = world.connect()
    pod = world.connections.upgrade(opened, WEB, world.draw).target
    for _ in range(10):
        world.kernel.run(30)
        world.connections.say(opened)
    assert world.connections.is_open(opened)
    blue = world.clusters[BLUE]
    blue.api.delete("pods", blue.pod_name(pod), "default", grace_seconds=0)
    assert not world.connections.is_open(opened)


def test_a_websocket_ends_when_its_target_has_drained(world: TwoClusters) -> None:
    opened = world.connect()
    pod = world.connections.upgrade(opened, WEB, world.draw).target
    world.clusters[BLUE].set_ready(pod, ready=False)  # so that the controller deregisters it
    for _ in range(9):
        world.kernel.run(30)
        world.connections.say(opened)
    assert world.connections.is_open(opened), "deregistration_delay.timeout_seconds is 300"
    world.kernel.run(40)
    world.connections.say(opened)
    assert not world.connections.is_open(opened)


def test_keep_alive_users_cling_to_blue_for_as_long_as_connections_live(world: TwoClusters) -> None:
    world.attribute(BLUE, client_keep_alive__seconds="600")
    users = world.users(connections=10)
    world.kernel.run(60)
    world.weigh(0, 100)
    at = world.kernel.now()
    world.kernel.run(300)
    assert users.counts["web"].minutes[int(world.kernel.seconds() // 60) - 1].served[BLUE] > 100, "DNS has moved on"
    world.kernel.run(900)
    left = users.lasting["web"].last_at[Place("keep-alive", BLUE)] - at
    assert 60 < left < 600 + 45 + 60 + 30
    assert users.failed == 0
    assert users.served()[GREEN] > 0


def test_websockets_move_when_their_pods_are_restarted_and_no_earlier(world: TwoClusters) -> None:
    users = world.users(websockets=6)
    world.kernel.run(120)
    world.weigh(0, 100)
    world.kernel.run(1800)
    lasting = users.lasting["web"]
    assert world.kernel.now() - lasting.last_at[Place("websocket", BLUE)] < 41
    assert lasting.reconnects == 0
    blue = world.clusters[BLUE]
    for pod in [pod["metadata"]["name"] for pod in blue.api.list("pods")]:
        blue.api.delete("pods", pod, "default", grace_seconds=0)
    at = world.kernel.now()
    world.kernel.run(120)
    assert lasting.reconnects == 6
    assert lasting.last_at[Place("websocket", BLUE)] <= at
    assert lasting.last_at[Place("websocket", GREEN)] > at
    assert users.failed == 0


def test_open_connections_are_counted_in_every_minute_and_requests_on_them_once(world: TwoClusters) -> None:
    kept, silent = world.connect(), world.connect()
    world.connections.upgrade(silent, WEB, world.draw)
    for _ in range(5):
        world.connections.request(kept, WEB, world.draw)
    world.alb.handle(world.balancer(BLUE), WEB, world.draw)
    assert world.figure("ActiveConnectionCount") == 3
    world.connections.say(silent)
    assert world.figure("ActiveConnectionCount") == 2
    assert world.figure("RequestCount") == 0, "a WebSocket says nothing that counts"
    world.figure("ActiveConnectionCount")
    assert world.figure("ActiveConnectionCount") == 0, "nobody said anything for an idle timeout"


def test_so_many_resolvers_keep_answers_for_several_ttls(world: DnsWorld) -> None:
    habits = Habits(overholding=OVERHOLDING)
    held = [habits.holds(world.kernel.stream(f"resolver/{number}")) for number in range(4000)]
    over = [times for times in held if times != 1.0]
    assert len(over) / len(held) == pytest.approx(0.0874, abs=0.015)
    assert (min(over) >= 3, max(over) <= 20) == (True, True)


def test_an_overholding_resolver_answers_what_is_no_longer_so(world: TwoClusters) -> None:
    resolver = Resolver(world.dns.route53, lambda _: True, world.kernel.stream("over"), holds=5.0)
    at = world.kernel.now()
    found = resolver.resolve(WEB, at)
    assert found.until == at + 300
    world.weigh(0, 100)
    world.kernel.run(120)
    assert resolver.resolve(WEB, at + 299) == found
    assert resolver.resolve(WEB, at + 300).target == world.balancer(GREEN)


def test_the_same_seed_makes_the_same_users() -> None:
    def run() -> tuple[dict[str, int], dict[Place, float]]:
        world = TwoClusters()
        users = world.users(connections=5, websockets=3, overholding=0.3)
        world.kernel.run(200)
        return dict(users.served()), users.lasting["web"].last_at

    assert run() == run()


def test_access_logs_are_written_every_five_minutes_for_whoever_asks_for_them(world: TwoClusters) -> None:
    kept: dict[tuple[str, str], bytes] = {}
    world.alb.logs = AccessLogs(
        world.kernel,
        account="123456789012",
        region="ap-northeast-1",
        put=lambda bucket, key, body: kept.update({(bucket, key): body}),
    )
    on = {"access_logs__s3__enabled": "true", "access_logs__s3__bucket": "logs", "access_logs__s3__prefix": "edge"}
    world.attribute(BLUE, **on)
    name = world.balancer(BLUE)
    world.alb.handle(name, WEB, world.draw, caller=Caller("198.51.100.7", "old client/1.0"))
    world.alb.handle(world.balancer(GREEN), WEB, world.draw)
    world.kernel.run(301)
    ((bucket, key),) = kept
    assert bucket == "logs"
    assert key.startswith("edge/AWSLogs/123456789012/elasticloadbalancing/ap-northeast-1/2026/11/24/123456789012_elas")
    assert f"_app.{name.split('-')[0]}" in key
    assert key.endswith(".log.gz")
    (line,) = gzip.decompress(kept[bucket, key]).decode().splitlines()
    assert line.split(" ")[3] == "198.51.100.7:40000"
    assert f'"GET https://{WEB}:443/ HTTP/1.1" "old client/1.0"' in line
