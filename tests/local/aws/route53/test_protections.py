"""Record set protections: the lock that holds for every role."""

from __future__ import annotations

import pytest

from local.aws.route53 import Route53Simulator
from local.aws.simulator import AwsError
from tests.local.aws.route53.records import ZONE, Zone, alias

WEB = "web.demo.example.com"


def lock(*kinds: str, name: str = WEB, comment: str = "norikae run=r1") -> list[dict[str, str]]:
    return [{"RecordName": name, "RecordType": kind, "Comment": comment} for kind in kinds]


def refused(route53: Route53Simulator, entries: list[dict[str, str]], verb: str = "create") -> AwsError:
    with pytest.raises(AwsError) as caught:
        getattr(route53, f"{verb}_resource_record_set_protections")(HostedZoneId=ZONE, Protections=entries)
    return caught.value


def test_a_protected_name_refuses_every_change_of_every_identifier(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 100)))
    zone.route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=lock("A"))
    for change in (
        ("UPSERT", alias(WEB, "blue", 50)),
        ("CREATE", alias(WEB, "green", 1)),
        ("DELETE", alias(WEB, "blue", 100)),
    ):
        with pytest.raises(AwsError) as caught:
            zone.change(change, ("UPSERT", alias("other.demo.example.com")))
        assert caught.value.code == "InvalidChangeBatch"
        (message,) = caught.value.extra["messages"]
        assert "web.demo.example.com." in message
        assert "norikae run=r1" in message
    assert zone.route53.weights_of(WEB) == {"blue": 100}


def test_a_name_without_records_can_be_reserved(zone: Zone) -> None:
    zone.route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=lock("A", comment=""))
    with pytest.raises(AwsError, match="InvalidChangeBatch"):
        zone.change(("CREATE", alias(WEB)))
    zone.change(("CREATE", alias(WEB, type="AAAA")))


def test_a_lifted_protection_lets_changes_through(zone: Zone) -> None:
    zone.route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=lock("A"))
    zone.route53.delete_resource_record_set_protections(
        HostedZoneId=ZONE, Protections=[{"RecordName": WEB, "RecordType": "A"}]
    )
    zone.change(("CREATE", alias(WEB, "blue", 1)))
    assert zone.route53.weights_of(WEB) == {"blue": 1}


def test_creation_is_all_or_nothing(route53: Route53Simulator) -> None:
    route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=lock("A"))
    partly = refused(route53, lock("A", "AAAA"))
    assert partly.code == "InvalidResourceRecordSetProtectionBatch"
    assert [error["Code"] for error in partly.extra["Errors"]] == ["ProtectionAlreadyExists"]
    wholly = refused(route53, lock("A"))
    assert (wholly.code, wholly.status) == ("ProtectionAlreadyExists", 409)
    listed = route53.list_resource_record_set_protections(HostedZoneId=ZONE)["ResourceRecordSetProtections"]
    assert [entry["RecordType"] for entry in listed] == ["A"]


@pytest.mark.parametrize(
    "entries",
    [lock("A", "A"), lock("A", name="web.example.org"), lock("DNAME"), lock("DS")],
    ids=["twice", "other-zone", "unknown-type", "dnssec"],
)
def test_invalid_entries_are_named(route53: Route53Simulator, entries: list[dict[str, str]]) -> None:
    error = refused(route53, entries)
    assert error.code == "InvalidResourceRecordSetProtectionBatch"
    assert {entry["Code"] for entry in error.extra["Errors"]} == {"InvalidInput"}


def test_lifting_what_is_not_protected(route53: Route53Simulator) -> None:
    error = refused(route53, lock("A"), "delete")
    assert error.code == "InvalidResourceRecordSetProtectionBatch"
    assert [entry["Code"] for entry in error.extra["Errors"]] == ["ProtectionNotFound"]


def test_bounds_of_a_request(route53: Route53Simulator) -> None:
    assert refused(route53, []).code == "InvalidInput"
    many = [entry for n in range(101) for entry in lock("A", name=f"n{n}.demo.example.com")]
    assert refused(route53, many).code == "InvalidInput"
    assert refused(route53, lock("A", comment="x" * 257)).code == "InvalidInput"
    for start in range(0, 1000, 100):
        entries = [entry for n in range(start, start + 100) for entry in lock("A", name=f"n{n}.demo.example.com")]
        route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=entries)
    assert refused(route53, lock("A")).code == "LimitsExceeded"


def test_pages_of_protections_meet(route53: Route53Simulator) -> None:
    route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=lock("TXT", "A", "AAAA"))
    first = route53.list_resource_record_set_protections(HostedZoneId=ZONE, MaxResults="2")
    rest = route53.list_resource_record_set_protections(HostedZoneId=ZONE, NextToken=first["NextToken"])
    kinds = [e["RecordType"] for page in (first, rest) for e in page["ResourceRecordSetProtections"]]
    assert kinds == ["A", "AAAA", "TXT"]
    assert "NextToken" not in rest
    from_type = route53.list_resource_record_set_protections(
        HostedZoneId=ZONE, StartRecordName=WEB, StartRecordType="TXT"
    )
    assert [e["RecordType"] for e in from_type["ResourceRecordSetProtections"]] == ["TXT"]
    for arguments in ({"NextToken": "nonsense"}, {"StartRecordType": "A"}):
        with pytest.raises(AwsError, match="Invalid"):
            route53.list_resource_record_set_protections(HostedZoneId=ZONE, **arguments)
