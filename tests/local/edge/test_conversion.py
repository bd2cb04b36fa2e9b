"""Simple records that external-dns owns and cannot convert itself: after norikae's batch it has nothing to do."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.ownership.asked import Asked
from norikae.ownership.instances import find_instances
from norikae.traffic.conversion import batch_as_asked, batch_weighted
from norikae.traffic.records import RecordSet
from tests.local.edge.dns_cluster import ZONE, Cluster, DnsWorld, owner

PUBLIC = "web.demo.example.com"
BALANCER = "k8s-web-blue.ap-northeast-1.elb.amazonaws.com"


@pytest.fixture
def world() -> DnsWorld:
    return DnsWorld()


def simple_and_owned(world: DnsWorld, policy: str, version: str = "0.22.0") -> Cluster:
    blue = world.cluster("blue")
    blue.deploy(f"--policy={policy}", version=version)
    blue.ingress("web", rules=(PUBLIC,), prefix=prefix_of(version))
    world.loops()
    return blue


def prefix_of(version: str) -> str:
    return "external-dns.kubernetes.io/" if version == "0.22.0" else "external-dns.alpha.kubernetes.io/"


def asks_for_weights(blue: Cluster, version: str = "0.22.0") -> None:
    blue.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight="100", prefix=prefix_of(version))


def as_asked(world: DnsWorld, blue: Cluster) -> Any:
    records = [RecordSet(raw) for raw in world.records().values()]
    api: Any = blue.api
    instances = find_instances(api.list("deployments.apps"))
    claims = [claim for one in instances for claim in Asked.read(api, instances).by_any(one, [PUBLIC])]
    return batch_as_asked(PUBLIC, records, balancer=BALANCER, claims=claims, instances=instances)


@pytest.mark.parametrize("policy", ["sync", "upsert-only"])
@pytest.mark.parametrize("version", ["0.16.1", "0.20.0", "0.22.0"])
def test_whatever_its_policy_and_its_dialect_it_leaves_the_converted_name_alone(
    world: DnsWorld, policy: str, version: str
) -> None:
    blue = simple_and_owned(world, policy, version)
    asks_for_weights(blue, version)
    batch = as_asked(world, blue)
    world.change(*((one.action, dict(one.record.raw)) for one in batch))
    converted = world.records()
    written = world.writes("external-dns/blue")
    world.loops(3)
    assert world.records() == converted
    assert world.writes("external-dns/blue") == written
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}
    assert {owner(one) for key, one in converted.items() if key[1] == "TXT"} == {"blue"}
    assert not blue.external_dns.errors


def test_what_is_converted_moves_on_with_the_annotation(world: DnsWorld) -> None:
    blue = simple_and_owned(world, "upsert-only")
    asks_for_weights(blue)
    world.change(*((one.action, dict(one.record.raw)) for one in as_asked(world, blue)))
    blue.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight="40")
    world.loops()
    assert world.route53.weights_of(PUBLIC) == {"blue": 40}


def test_nothing_is_converted_that_its_ingress_does_not_ask_for(world: DnsWorld) -> None:
    blue = simple_and_owned(world, "sync")
    assert as_asked(world, blue) == ()
    asks_for_weights(blue)
    blue.deploy("--policy=sync", owner="another")
    assert as_asked(world, blue) == ()


def test_an_old_name_that_stays_simple_would_block_its_owner_for_ever(world: DnsWorld) -> None:
    blue = simple_and_owned(world, "upsert-only")
    asks_for_weights(blue)
    aliases = [RecordSet(raw) for raw in world.records().values() if raw["Type"] != "TXT"]
    world.change(*((one.action, dict(one.record.raw)) for one in batch_weighted(aliases, "blue", 100)))
    blue.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight="40")
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}, f"marks in {ZONE} were left behind, so nobody owns it"
