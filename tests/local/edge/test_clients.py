"""Users and their resolvers: what a weight means in requests, and what counts as a failure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

from local.edge.clients import KEPT_FAILURES, Clients, Traffic
from local.edge.resolvers import NEGATIVE_TTL, NXDOMAIN, Resolver
from tests.local.edge.dns_cluster import DnsWorld

if TYPE_CHECKING:
    import random

WEB = "web.demo.example.com"
BLUE = "k8s-web-blue.ap-northeast-1.elb.amazonaws.com"
GREEN = "k8s-web-green.ap-northeast-1.elb.amazonaws.com"


class Answered(NamedTuple):
    status: int
    cluster: str
    reason: str


class FakeBalancers:
    """Two load balancers that answer as they are told."""

    def __init__(self) -> None:
        self.answers = {BLUE: Answered(200, "blue", ""), GREEN: Answered(200, "green", "")}
        self.hosts: set[str] = set()

    def handle(self, dns_name: str, host: str, draw: random.Random, path: str = "/") -> Answered:
        assert draw.random() < 1
        assert path == "/"
        self.hosts.add(host)
        return self.answers.get(dns_name, Answered(0, "", "no load balancer has this name"))


@pytest.fixture
def world() -> DnsWorld:
    return DnsWorld()


@pytest.fixture
def balancers() -> FakeBalancers:
    return FakeBalancers()


def set_weights(world: DnsWorld, blue: int, green: int, *, health: bool = False) -> None:
    changes = []
    for who, weight, target in (("blue", blue, BLUE), ("green", green, GREEN)):
        alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": target, "EvaluateTargetHealth": health}
        record = {"Name": WEB, "Type": "A", "SetIdentifier": who, "Weight": weight, "AliasTarget": alias}
        changes.append(("UPSERT", record))
    world.change(*changes)


def visits(world: DnsWorld, balancers: FakeBalancers, rate: float = 20, resolvers: int = 40) -> Clients:
    clients = Clients(world.kernel, world.route53, balancers, [Traffic("web", [WEB], rate, resolvers)])
    clients.start()
    return clients


def test_requests_follow_the_weights(world: DnsWorld, balancers: FakeBalancers) -> None:
    set_weights(world, 75, 25)
    world.route53.settle()
    clients = visits(world, balancers)
    world.kernel.run(1800)
    assert clients.served()["blue"] / clients.total == pytest.approx(0.75, abs=0.04)
    assert (clients.failed, balancers.hosts) == (0, {WEB})
    assert clients.total == pytest.approx(36_000, rel=0.05)


def test_the_last_request_on_blue_comes_within_propagation_plus_ttl(world: DnsWorld, balancers: FakeBalancers) -> None:
    set_weights(world, 100, 0)
    world.route53.settle()
    clients = visits(world, balancers)
    world.kernel.run(120)
    set_weights(world, 0, 100)
    world.kernel.run(4)
    assert clients.counts["web"].served["green"] == 0
    world.kernel.run(45 + 60 + 1)
    blue = clients.counts["web"].served["blue"]
    world.kernel.run(300)
    assert clients.counts["web"].served["blue"] == blue
    assert clients.counts["web"].minutes[6].served["green"] > 900


def test_a_resolver_keeps_an_answer_for_its_ttl(world: DnsWorld) -> None:
    set_weights(world, 1, 0)
    world.route53.settle()
    resolver = Resolver(world.route53, lambda _: True, world.kernel.stream("resolver"))
    at = world.kernel.now()
    assert resolver.resolve(WEB, at) == (BLUE, "", at + 60)
    resolver.resolve(WEB, at + 59.9)
    assert resolver.queries == 1
    resolver.resolve(WEB, at + 60)
    assert resolver.queries == 2


def test_a_resolver_also_keeps_that_a_name_does_not_exist(world: DnsWorld) -> None:
    resolver = Resolver(world.route53, lambda _: True, world.kernel.stream("resolver"))
    at = world.kernel.now()
    assert resolver.resolve(WEB, at).failure == NXDOMAIN
    set_weights(world, 1, 0)
    world.route53.settle()
    assert resolver.resolve(WEB, at + NEGATIVE_TTL - 1).failure == NXDOMAIN
    assert resolver.resolve(WEB, at + NEGATIVE_TTL).target == BLUE


def test_a_name_without_an_address_is_not_a_name_that_is_missing(world: DnsWorld, balancers: FakeBalancers) -> None:
    world.change(("CREATE", {"Name": WEB, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}))
    world.route53.settle()
    clients = visits(world, balancers, rate=1)
    world.kernel.run(60)
    assert dict(clients.counts["web"].reasons) == {"NODATA": clients.total}


@pytest.mark.parametrize(
    ("answered", "kind"),
    [
        (Answered(503, "green", "target group web has no targets"), "no ready target"),
        (Answered(502, "green", "pod web-1 refused the connection"), "target refused"),
        (Answered(504, "green", "nothing answers at the target"), "target timed out"),
        (Answered(404, "green", "no rule of the load balancer has this host"), "no route"),
        (Answered(500, "green", "pod web-1 answered 500"), "5xx (500)"),
        (Answered(0, "", "no load balancer has this name"), "no connection"),
    ],
)
def test_failures_are_counted_with_their_reason(
    world: DnsWorld, balancers: FakeBalancers, answered: Answered, kind: str
) -> None:
    set_weights(world, 0, 1)
    world.route53.settle()
    clients = visits(world, balancers)
    world.kernel.run(60)
    assert clients.failed == 0
    balancers.answers[GREEN] = answered
    broke = world.kernel.now()
    world.kernel.run(60)
    balancers.answers[GREEN] = Answered(200, "green", "")
    healed = world.kernel.now()
    world.kernel.run(60)
    counts = clients.counts["web"]
    assert set(counts.reasons) == {kind}
    assert counts.first_failure is not None
    assert counts.last_failure is not None
    assert broke < counts.first_failure < broke + 2
    assert healed - 2 < counts.last_failure < healed
    assert [minute.failed > 0 for _, minute in sorted(counts.minutes.items())][:3] == [False, True, False]
    assert len(clients.failures) == KEPT_FAILURES
    assert clients.failures[0].reason == answered.reason


def test_a_redirect_is_service(world: DnsWorld, balancers: FakeBalancers) -> None:
    set_weights(world, 0, 1)
    world.route53.settle()
    balancers.answers[GREEN] = Answered(301, "green", "")
    clients = visits(world, balancers)
    world.kernel.run(10)
    assert (clients.failed, clients.served()["green"]) == (0, clients.total)


def test_every_request_is_in_exactly_one_count(world: DnsWorld, balancers: FakeBalancers) -> None:
    set_weights(world, 50, 50)
    world.route53.settle()
    balancers.answers[BLUE] = Answered(503, "blue", "no targets")
    clients = visits(world, balancers)
    world.kernel.run(600)
    counts = clients.counts["web"]
    assert counts.total == sum(counts.served.values()) + counts.failed
    assert counts.failed == sum(counts.reasons.values()) == sum(minute.failed for minute in counts.minutes.values())
    assert sum(counts.served.values()) == sum(sum(minute.served.values()) for minute in counts.minutes.values())


def test_users_stop_when_told(world: DnsWorld, balancers: FakeBalancers) -> None:
    set_weights(world, 1, 0)
    world.route53.settle()
    clients = visits(world, balancers)
    clients.start()
    world.kernel.run(60)
    clients.stop()
    made = clients.total
    world.kernel.run(60)
    assert made == clients.total == pytest.approx(1200, rel=0.2)


def test_the_same_seed_makes_the_same_requests() -> None:
    def run() -> tuple[int, dict[str, int]]:
        world = DnsWorld()
        set_weights(world, 75, 25)
        clients = visits(world, FakeBalancers())
        world.kernel.run(300)
        return clients.total, dict(clients.served())

    assert run() == run()


def test_100_000_requests_are_made_within_seconds(world: DnsWorld, balancers: FakeBalancers) -> None:
    set_weights(world, 75, 25)
    world.route53.settle()
    applications = [Traffic(f"app-{n}", [WEB], 0.8, 20) for n in range(12)]
    clients = Clients(world.kernel, world.route53, balancers, applications)
    clients.start()
    started = time.process_time()
    world.kernel.run(3 * 3600)
    assert clients.total > 100_000
    assert time.process_time() - started < 6  # measured: 0.7 s; the bound leaves room for a slow machine
