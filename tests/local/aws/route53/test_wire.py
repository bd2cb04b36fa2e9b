"""Route 53 through the front, as the adapters of the product meet it: XML there and back, and the real boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.front import Front
from local.aws.identities import Identities
from tests.local.aws.route53.records import ZONE, alias, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.aws.route53 import Route53Simulator
    from local.kernel import Kernel

WEB = "web.demo.example.com"


@pytest.fixture
def client(kernel: Kernel, route53: Route53Simulator) -> Iterator[Any]:
    front = Front(kernel, [route53], Identities(), "123456789012", "ap-northeast-1")
    front.start()
    yield front.client("route53")
    front.stop()


def change(client: Any, *changes: tuple[str, dict[str, Any]], comment: str = "") -> dict[str, Any]:
    batch: dict[str, Any] = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
    answered: dict[str, Any] = client.change_resource_record_sets(
        HostedZoneId=ZONE, ChangeBatch=batch | ({"Comment": comment} if comment else {})
    )
    return answered


def test_records_survive_the_way_there_and_back(kernel: Kernel, client: Any) -> None:
    written = [alias(WEB, "blue", 255, health=True), plain("_norikae.web.demo.example.com", '"heritage=norikae,a=<&>"')]
    answered = change(client, *(("CREATE", record) for record in written), comment="norikae run=r1")
    assert answered["ChangeInfo"]["Status"] == "PENDING"
    assert answered["ChangeInfo"]["Comment"] == "norikae run=r1"
    kernel.elapse(60)
    assert client.get_change(Id=answered["ChangeInfo"]["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    first, second = (
        record
        for page in client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=ZONE)
        for record in page["ResourceRecordSets"]
        if record["Type"] not in {"NS", "SOA"}
    )
    assert first["Weight"] == 255
    assert first["AliasTarget"]["EvaluateTargetHealth"] is True
    assert second["ResourceRecords"] == [{"Value": '"heritage=norikae,a=<&>"'}]


def test_boto3_pages_through_the_list(kernel: Kernel, client: Any) -> None:
    change(client, *(("CREATE", alias(f"n{n % 5}.demo.example.com", f"s-{n}", 1)) for n in range(20)))
    kernel.elapse(2)
    pages = client.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=ZONE, PaginationConfig={"PageSize": 7}
    )
    found = []
    for page in pages:
        kernel.elapse(1)
        found += [(record["Name"], record.get("SetIdentifier")) for record in page["ResourceRecordSets"]]
    assert len(found) == len(set(found)) + 1 == 22  # NS and SOA share a name


@pytest.mark.parametrize(
    ("record", "code", "text"),
    [
        (
            alias("web.example.org"),
            "InvalidChangeBatch",
            "[RRSet with DNS name web.example.org. is not permitted in zone",
        ),
        (alias(WEB, TTL=60), "InvalidInput", "Invalid request: Expected exactly one of [AliasTarget"),
        (alias(WEB, "blue", 256), "InvalidInput", "256"),
        (plain(WEB, "10 mail.example.com", type="MX"), "NotImplemented", "records of type MX"),
        (alias(WEB, "blue", 1, HealthCheckId="abc"), "NoSuchHealthCheck", "abc"),
    ],
)
def test_boto3_raises_what_aws_would_answer(client: Any, record: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(ClientError) as caught:
        change(client, ("CREATE", record))
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert text in error["Message"]


def test_each_message_of_a_refused_batch_reaches_the_caller(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidChangeBatch) as caught:
        change(client, ("DELETE", alias(WEB, "blue", 1)), ("DELETE", alias(WEB, "green", 1)))
    assert caught.value.response["Error"]["Message"].count("but it was not found") == 2
    assert len(caught.value.response["messages"]) == 2


def test_a_zone_that_does_not_exist_is_404(client: Any) -> None:
    with pytest.raises(client.exceptions.NoSuchHostedZone) as caught:
        client.get_hosted_zone(Id="ZNOTHERE")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_the_sixth_call_within_a_second_is_throttled(client: Any) -> None:
    for _ in range(5):
        client.list_hosted_zones()
    with pytest.raises(ClientError, match=r"\(Throttling\).*Rate exceeded"):
        client.list_hosted_zones()


def test_protections_over_the_wire(kernel: Kernel, client: Any) -> None:
    entry = {"RecordName": WEB, "RecordType": "A", "Comment": "norikae run=r1"}
    client.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=[entry])
    listed = client.list_resource_record_set_protections(HostedZoneId=ZONE)["ResourceRecordSetProtections"]
    assert listed == [entry | {"RecordName": f"{WEB}."}]
    with pytest.raises(client.exceptions.InvalidChangeBatch, match="norikae run=r1"):
        change(client, ("CREATE", alias(WEB)))
    kernel.elapse(2)
    with pytest.raises(client.exceptions.ProtectionAlreadyExists) as caught:
        client.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=[entry])
    assert [error["Code"] for error in caught.value.response["Errors"]] == ["ProtectionAlreadyExists"]
    key = {"RecordName": WEB, "RecordType": "A"}
    client.delete_resource_record_set_protections(HostedZoneId=ZONE, Protections=[key])
    change(client, ("CREATE", alias(WEB)))


def test_an_operation_outside_the_model_is_a_loud_501(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        client.create_health_check(CallerReference="x", HealthCheckConfig={"Type": "HTTP", "IPAddress": "192.0.2.1"})
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_zone_is_created_over_the_wire(client: Any) -> None:
    answered = client.create_hosted_zone(Name="other.example.com", CallerReference="test")
    assert answered["HostedZone"]["Name"] == "other.example.com."
    assert answered["ChangeInfo"]["SubmittedAt"].tzinfo is not None
    assert len(answered["DelegationSet"]["NameServers"]) == 4
