"""Record sets are kept whole; what norikae writes is an alias with a share and without health evaluation."""

from __future__ import annotations

from norikae.traffic.records import LoadBalancerTarget, RecordSet, traffic_sets, weighted_alias

TARGET = LoadBalancerTarget("web-1.elb.amazonaws.com", "Z14GRHDCWA56QT")


def test_a_simple_record_has_neither_share_nor_cluster() -> None:
    record = RecordSet(
        {"Name": "web.example.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    )
    assert (record.name, record.type, record.set_identifier, record.weight, record.target) == (
        "web.example.com",
        "A",
        "",
        None,
        "",
    )


def test_a_wildcard_has_the_name_that_people_write() -> None:
    assert RecordSet({"Name": r"\052.example.com.", "Type": "A"}).name == "*.example.com"


def test_a_weight_of_zero_is_a_weight() -> None:
    assert weighted_alias("web.example.com", "A", "demo-1-33", 0, TARGET).weight == 0


def test_an_alias_points_at_both_address_families_of_the_load_balancer() -> None:
    record = weighted_alias("web.example.com", "AAAA", "demo-1-33", 5, TARGET)
    assert record.raw["AliasTarget"] == {
        "HostedZoneId": "Z14GRHDCWA56QT",
        "DNSName": "dualstack.web-1.elb.amazonaws.com.",
        "EvaluateTargetHealth": False,
    }
    assert (record.target, record.set_identifier, record.raw["Name"]) == (
        "web-1.elb.amazonaws.com",
        "demo-1-33",
        "web.example.com.",
    )


def test_only_addresses_carry_traffic_and_their_order_is_fixed() -> None:
    records = [
        weighted_alias("web.example.com", "AAAA", "b", 1, TARGET),
        RecordSet({"Name": "web.example.com.", "Type": "TXT"}),
        RecordSet({"Name": "web.example.com.", "Type": "HTTPS"}),
        weighted_alias("web.example.com", "A", "b", 1, TARGET),
        weighted_alias("web.example.com", "A", "a", 1, TARGET),
        weighted_alias("api.example.com", "A", "b", 1, TARGET),
    ]
    ordered = traffic_sets(records)
    assert [(record.name, record.type, record.set_identifier) for record in ordered] == [
        ("api.example.com", "A", "b"),
        ("web.example.com", "A", "a"),
        ("web.example.com", "A", "b"),
        ("web.example.com", "AAAA", "b"),
    ]
    assert traffic_sets(reversed(records)) == ordered
