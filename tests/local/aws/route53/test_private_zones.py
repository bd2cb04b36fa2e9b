"""Private hosted zones: a zone of its own beside a public one of the same name, and nobody on the internet sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws.simulator import AwsError
from tests.local.aws.route53.records import BLUE, ZONE, Zone, alias

if TYPE_CHECKING:
    from local.aws.route53 import Route53Simulator

NAME = "demo.example.com"
VPC = {"VPCRegion": "ap-northeast-1", "VPCId": "vpc-0d3e5f7a9b1c2d4e6"}


@pytest.fixture
def private(route53: Route53Simulator) -> str:
    made = route53.create_hosted_zone(Name=NAME, CallerReference="private", VPC=VPC)
    assert made["VPC"] == VPC
    assert "DelegationSet" not in made
    identifier: str = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    return identifier


def test_it_is_listed_as_private_and_names_its_vpc(route53: Route53Simulator, private: str) -> None:
    listed = route53.list_hosted_zones()["HostedZones"]
    assert {zone["Id"]: zone["Config"]["PrivateZone"] for zone in listed} == {
        f"/hostedzone/{ZONE}": False,
        f"/hostedzone/{private}": True,
    }
    only = route53.list_hosted_zones(HostedZoneType="PrivateHostedZone")["HostedZones"]
    assert [zone["Id"] for zone in only] == [f"/hostedzone/{private}"]
    assert route53.get_hosted_zone(Id=private)["VPCs"] == [VPC]
    assert "VPCs" not in route53.get_hosted_zone(Id=ZONE)


def test_its_records_are_its_own_and_the_internet_does_not_see_them(
    zone: Zone, route53: Route53Simulator, private: str
) -> None:
    web = alias("web.demo.example.com", "blue", 40)
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": web}]}
    route53.change_resource_record_sets(HostedZoneId=private, ChangeBatch=batch)
    route53.settle()
    assert ("web.demo.example.com.", "A", "blue") not in zone.names()
    assert not route53.exists("web.demo.example.com")
    zone.change(("CREATE", web | {"Weight": 7}))
    route53.settle()
    assert route53.weights_of("web.demo.example.com") == {"blue": 7}
    found = route53.answer("web.demo.example.com", "A", zone.kernel.stream("x"), lambda _: True)
    assert found is not None
    assert found.target == BLUE


def test_a_vpc_has_a_name_once(route53: Route53Simulator, private: str) -> None:
    with pytest.raises(AwsError, match="ConflictingDomainExists"):
        route53.create_hosted_zone(Name=NAME, CallerReference="again", VPC=VPC)
    other = VPC | {"VPCId": "vpc-00000000000000001"}
    made = route53.create_hosted_zone(Name=NAME, CallerReference="other", VPC=other)
    assert made["HostedZone"]["Id"] != f"/hostedzone/{private}"
