"""What Route 53 does when it accepts: order of lists, propagation, escapes, the log."""

from __future__ import annotations

import pytest

from local.aws.route53 import Route53Simulator
from local.aws.simulator import AwsError
from local.kernel import Kernel
from tests.local.aws.route53.records import BLUE, GREEN, ZONE, Zone, alias, plain

WEB = "web.demo.example.com"


def test_a_new_zone_has_its_ns_and_soa_records(route53: Route53Simulator, zone: Zone) -> None:
    assert zone.names() == [("demo.example.com.", "NS", ""), ("demo.example.com.", "SOA", "")]
    answered = route53.get_hosted_zone(Id=f"/hostedzone/{ZONE}")
    assert answered["HostedZone"]["ResourceRecordSetCount"] == 2
    assert len(answered["DelegationSet"]["NameServers"]) == 4


def test_upsert_changes_a_weight_in_place(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 100)), ("CREATE", alias(WEB, "green", 0)))
    zone.change(("UPSERT", alias(WEB, "blue", 75)), ("UPSERT", alias(WEB, "green", 25)))
    assert zone.route53.weights_of(WEB) == {"blue": 75, "green": 25}
    assert [record["SetIdentifier"] for record in zone.route53.snapshot(WEB)] == ["blue", "green"]


def test_delete_and_create_in_one_batch_change_the_routing_policy(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB)))
    zone.change(("DELETE", alias(WEB)), ("CREATE", alias(WEB, "blue", 100)), ("CREATE", alias(WEB, "green", 0)))
    assert zone.route53.weights_of(WEB) == {"blue": 100, "green": 0}


def test_a_whole_weighted_set_gets_a_new_ttl_in_one_batch(zone: Zone) -> None:
    both = [plain(WEB, '"x"', SetIdentifier=who, Weight=1) for who in ("blue", "green")]
    zone.change(*(("CREATE", record) for record in both))
    zone.change(*(("UPSERT", record | {"TTL": 60}) for record in both))
    assert {record["TTL"] for record in zone.route53.snapshot(WEB)} == {60}


def test_names_are_stored_in_lower_case_with_escapes_and_a_dot(zone: Zone) -> None:
    zone.change(
        ("CREATE", plain("*.Demo.Example.com", '"x"')), ("CREATE", plain("_norikae.web.demo.example.com", '"x"'))
    )
    assert {name for name, kind, _ in zone.names() if kind == "TXT"} == {
        "\\052.demo.example.com.",
        "_norikae.web.demo.example.com.",
    }
    with pytest.raises(AwsError, match="already exists"):
        zone.change(("CREATE", plain("\\052.demo.example.com.", '"y"')))


def test_the_list_is_ordered_by_reversed_labels_type_and_identifier(zone: Zone) -> None:
    for record in (
        alias("b.demo.example.com", "green", 1),
        alias("b.demo.example.com", "blue", 1),
        alias("b.demo.example.com", "blue", 1, type="AAAA"),
        plain("x.b.demo.example.com", '"x"'),
        plain("a-b.demo.example.com", '"x"'),
        plain("c.demo.example.com", '"x"'),
        alias("a.demo.example.com"),
    ):
        zone.change(("CREATE", record))
    assert zone.names()[2:] == [
        ("a-b.demo.example.com.", "TXT", ""),  # "-" sorts before the dot that ends "a"
        ("a.demo.example.com.", "A", ""),
        ("b.demo.example.com.", "A", "blue"),
        ("b.demo.example.com.", "A", "green"),
        ("b.demo.example.com.", "AAAA", "blue"),
        ("x.b.demo.example.com.", "TXT", ""),
        ("c.demo.example.com.", "TXT", ""),
    ]


def test_pages_meet_without_a_gap_or_a_repeat(zone: Zone) -> None:
    zone.change(*(("CREATE", alias(f"n{n % 9}.demo.example.com", f"set-{n}", 1)) for n in range(40)))
    seen = []
    start: dict[str, str] = {}
    while True:
        page = zone.route53.list_resource_record_sets(HostedZoneId=ZONE, MaxItems="7", **start)
        seen += [
            (record["Name"], record["Type"], record.get("SetIdentifier", "")) for record in page["ResourceRecordSets"]
        ]
        assert page["MaxItems"] == "7"
        if not page["IsTruncated"]:
            break
        start = {"StartRecordName": page["NextRecordName"], "StartRecordType": page["NextRecordType"]}
        if "NextRecordIdentifier" in page:
            start["StartRecordIdentifier"] = page["NextRecordIdentifier"]
    assert seen == zone.names()


def test_a_page_holds_300_record_sets_at_most(zone: Zone) -> None:
    zone.change(*(("CREATE", alias(f"n{n}.demo.example.com")) for n in range(310)))
    page = zone.route53.list_resource_record_sets(HostedZoneId=ZONE, MaxItems="1000")
    assert (len(page["ResourceRecordSets"]), page["IsTruncated"]) == (300, True)


def test_a_start_type_needs_a_start_name(route53: Route53Simulator) -> None:
    for arguments in (
        {"StartRecordType": "A"},
        {"StartRecordName": WEB, "StartRecordIdentifier": "x"},
        {"MaxItems": "0"},
    ):
        with pytest.raises(AwsError, match="InvalidInput"):
            route53.list_resource_record_sets(HostedZoneId=ZONE, **arguments)


def test_a_change_is_pending_for_5_to_45_seconds(kernel: Kernel, zone: Zone) -> None:
    info = zone.change(("CREATE", alias(WEB)), comment="norikae run=r1")["ChangeInfo"]
    assert (info["Status"], info["Comment"], info["SubmittedAt"]) == ("PENDING", "norikae run=r1", kernel.utcnow())
    (batch,) = zone.route53.history[1:]
    assert 5 <= batch.insync - batch.time <= 45
    kernel.run(batch.insync - kernel.now() - 0.5)
    assert zone.route53.get_change(Id=info["Id"])["ChangeInfo"]["Status"] == "PENDING"
    kernel.run(1)
    assert zone.route53.get_change(Id=info["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_a_later_change_never_overtakes_an_earlier_one(kernel: Kernel, zone: Zone) -> None:
    for weight in range(20):
        zone.change(("UPSERT", alias(WEB, "blue", weight)))
        kernel.run(1)
    times = [batch.insync for batch in zone.route53.history]
    assert times == sorted(times)


def test_the_api_shows_at_once_what_resolvers_see_at_insync(kernel: Kernel, zone: Zone) -> None:
    draw = kernel.stream("resolver")
    zone.change(("CREATE", alias(WEB, "blue", 100)))
    zone.route53.settle()
    zone.change(("UPSERT", alias(WEB, "blue", 0)), ("UPSERT", alias(WEB, "green", 100)))
    assert zone.route53.weights_of(WEB) == {"blue": 0, "green": 100}

    def target() -> str:
        found = zone.route53.answer(WEB, "A", draw, lambda _: True)
        assert found is not None
        return found.target

    assert target() == BLUE
    kernel.run(46)
    assert target() == GREEN


def test_the_log_names_who_changed_what_and_when(kernel: Kernel, zone: Zone, route53: Route53Simulator) -> None:
    kernel.run(10)
    with route53.as_caller("external-dns/demo-1-33"):
        zone.change(("CREATE", alias(WEB, "blue", 100)))
    batch = route53.history[-1]
    assert (batch.principal, batch.time, batch.zone_id) == ("external-dns/demo-1-33", kernel.now(), ZONE)
    assert [change.action for change in batch.changes] == ["CREATE"]
    assert batch.changes[0].record.weight == 100


def test_the_same_seed_gives_the_same_ids_and_times() -> None:
    def run() -> list[tuple[str, float]]:
        kernel = Kernel(seed=3)
        route53 = Route53Simulator(kernel, account="123456789012")
        route53.create_hosted_zone(Name="demo.example.com", CallerReference="world", zone_id=ZONE)
        Zone(kernel, route53).change(("CREATE", alias(WEB)))
        return [(batch.change_id, batch.insync) for batch in route53.history]

    assert run() == run()


def test_zones_are_listed_by_creation_and_by_name(route53: Route53Simulator) -> None:
    for name in ("b.example.org", "a.example.net"):
        route53.create_hosted_zone(Name=name, CallerReference=name, HostedZoneConfig={"Comment": "test"})
    first = route53.list_hosted_zones(MaxItems="2")
    assert [zone["Name"] for zone in first["HostedZones"]] == ["demo.example.com.", "b.example.org."]
    rest = route53.list_hosted_zones(Marker=first["NextMarker"])
    assert [zone["Name"] for zone in rest["HostedZones"]] == ["a.example.net."]
    with pytest.raises(AwsError, match="InvalidInput"):
        route53.list_hosted_zones(Marker="ZNOTHERE")
    with pytest.raises(AwsError, match="InvalidInput"):
        route53.list_hosted_zones(MaxItems="many")
    with pytest.raises(AwsError, match="NotImplemented"):
        route53.list_hosted_zones(DelegationSetId="N1")
    named = route53.list_hosted_zones_by_name(DNSName="example.net", MaxItems="1")
    assert [zone["Name"] for zone in named["HostedZones"]] == ["a.example.net."]
    assert named["NextDNSName"] == "b.example.org."


def test_operations_that_are_not_modelled_have_no_method(route53: Route53Simulator) -> None:
    assert route53.operation("ChangeResourceRecordSets") is not None
    for name in ("CreateHealthCheck", "TestDNSAnswer", "DeleteHostedZone", "CreateTrafficPolicy"):
        assert route53.operation(name) is None
    assert not route53.falls_through
