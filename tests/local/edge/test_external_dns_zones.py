"""external-dns where a public and private zones have one name: each of them is written, and none is told apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.edge.dns_cluster import ZONE, DnsWorld

NAME = "demo.example.com"
PUBLIC = "web.demo.example.com"
VPC = {"VPCRegion": "ap-northeast-1", "VPCId": "vpc-0d3e5f7a9b1c2d4e6"}


@pytest.fixture
def world() -> DnsWorld:
    made = DnsWorld()
    made.route53.create_hosted_zone(Name=NAME, CallerReference="private", zone_id="ZPRIVATE", VPC=VPC)
    other = VPC | {"VPCId": "vpc-00000000000000001"}
    made.route53.create_hosted_zone(Name="example.com", CallerReference="parent", zone_id="ZPRIVATEPARENT", VPC=other)
    made.route53.create_hosted_zone(Name="example.com", CallerReference="public", zone_id="ZPARENT")
    return made


def weights(world: DnsWorld, zone: str) -> dict[str, int]:
    """The weights of the public name's A records in a zone, by set identifier."""
    listed = world.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    mine = [one for one in listed if (one["Name"], one["Type"]) == (f"{PUBLIC}.", "A")]
    return {one["SetIdentifier"]: one["Weight"] for one in mine}


def change(world: DnsWorld, zone: str, action: str, **changed: Any) -> None:
    """Somebody else writes the two records and their twins in one zone."""
    listed = world.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    mine = [one for one in listed if one.get("SetIdentifier") == "blue"]
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": one | changed} for one in mine]}
    world.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def deployed(world: DnsWorld, *flags: str, weight: int = 100) -> Any:
    blue = world.cluster("blue")
    blue.deploy(*flags)
    blue.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight=str(weight))
    world.loops(2)
    return blue


@pytest.mark.parametrize(
    ("flags", "written"),
    [
        ((), {ZONE, "ZPRIVATE", "ZPRIVATEPARENT"}),
        (("--aws-zone-type=public",), {ZONE}),
        (("--aws-zone-type=private",), {"ZPRIVATE", "ZPRIVATEPARENT"}),
        (("--zone-id-filter=ZPARENT",), {"ZPARENT"}),
        ((f"--domain-filter={NAME}",), {ZONE, "ZPRIVATE"}),
    ],
)
def test_every_private_zone_and_the_longest_public_one_are_written(
    world: DnsWorld, flags: tuple[str, ...], written: set[str]
) -> None:
    blue = deployed(world, *flags)
    zones = (ZONE, "ZPRIVATE", "ZPRIVATEPARENT", "ZPARENT")
    assert {zone for zone in zones if weights(world, zone)} == written
    assert all(weights(world, zone) == {"blue": 100} for zone in written)
    assert not blue.external_dns.errors
    batches = world.writes("external-dns/blue")
    world.loops(5)
    assert world.writes("external-dns/blue") == batches == len(written)


def test_a_foreign_weight_in_one_zone_is_undone_in_all_when_that_zone_happens_to_count(world: DnsWorld) -> None:
    blue = deployed(world)
    change(world, "ZPRIVATE", "UPSERT", Weight=20)
    before, written = world.writes("external-dns/blue"), set()
    for _ in range(12):
        world.loops()
        written.add(weights(world, "ZPRIVATE")["blue"])
    assert weights(world, "ZPRIVATE") == weights(world, ZONE) == {"blue": 100}
    assert written <= {20, 100}
    assert world.writes("external-dns/blue") == before + 3, "all three zones are written for the one"
    assert not blue.external_dns.errors


def test_what_is_missing_in_one_zone_is_not_made_again_and_cannot_be_deleted_there(world: DnsWorld) -> None:
    blue = deployed(world)
    change(world, "ZPRIVATE", "DELETE")
    world.loops(8)
    assert (weights(world, "ZPRIVATE"), weights(world, ZONE)) == ({}, {"blue": 100})
    assert not blue.external_dns.errors
    blue.drop("web")
    world.loops(2)
    assert weights(world, ZONE) == {}
    assert {failure.code for failure in blue.external_dns.errors} == {"InvalidChangeBatch"}
