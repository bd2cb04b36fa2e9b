"""Every refusal of ChangeResourceRecordSets in docs/world/route53.md, one story each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.aws.route53 import Route53Simulator
from local.aws.simulator import AwsError
from tests.local.aws.route53.records import GREEN, ZONE, Zone, alias, plain

if TYPE_CHECKING:
    from local.kernel import Kernel

WEB = "web.demo.example.com"


def refusal(zone: Zone, *changes: tuple[str, dict[str, Any]]) -> AwsError:
    before = zone.names()
    with pytest.raises(AwsError) as caught:
        zone.change(*changes)
    assert zone.names() == before
    return caught.value


def batch_messages(zone: Zone, *changes: tuple[str, dict[str, Any]]) -> list[str]:
    error = refusal(zone, *changes)
    assert (error.code, error.status) == ("InvalidChangeBatch", 400)
    assert error.message == f"[{', '.join(error.extra['messages'])}]"
    messages: list[str] = error.extra["messages"]
    return messages


def test_create_of_what_exists(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 100)))
    assert batch_messages(zone, ("CREATE", alias(WEB, "blue", 50))) == [
        (
            "Tried to create resource record set [name='web.demo.example.com.', type='A', set-identifier='blue'] "
            "but it already exists"
        )
    ]


def test_delete_of_what_is_not_there(zone: Zone) -> None:
    assert batch_messages(zone, ("DELETE", alias(WEB, "blue", 100))) == [
        (
            "Tried to delete resource record set [name='web.demo.example.com.', type='A', set-identifier='blue'] "
            "but it was not found"
        )
    ]


@pytest.mark.parametrize(
    "stale",
    [
        alias(WEB, "blue", 30),
        alias(WEB, "blue", 100, health=True),
        alias(WEB, "blue", 100, target=GREEN),
    ],
    ids=["weight", "evaluate-target-health", "target"],
)
def test_delete_with_stale_values(zone: Zone, stale: dict[str, Any]) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 100)))
    (message,) = batch_messages(zone, ("DELETE", stale))
    assert message.endswith("but the values provided do not match the current values")


def test_delete_must_repeat_ttl_and_every_value_in_any_order(zone: Zone) -> None:
    zone.change(("CREATE", plain(WEB, "192.0.2.1", "192.0.2.2", type="A")))
    for stale in (plain(WEB, "192.0.2.1", type="A"), plain(WEB, "192.0.2.2", "192.0.2.1", type="A", ttl=60)):
        (message,) = batch_messages(zone, ("DELETE", stale))
        assert "do not match" in message
    zone.change(("DELETE", plain(WEB, "192.0.2.2", "192.0.2.1", type="A")))
    assert all(name != f"{WEB}." for name, _, _ in zone.names())


def test_one_bad_change_undoes_the_whole_batch(zone: Zone) -> None:
    good = ("UPSERT", alias("shop.demo.example.com", "blue", 1))
    assert len(batch_messages(zone, good, ("DELETE", alias(WEB, "blue", 1)))) == 1


def test_every_mistake_of_a_batch_is_named(zone: Zone) -> None:
    messages = batch_messages(zone, ("DELETE", alias(WEB, "blue", 1)), ("DELETE", alias(WEB, "green", 1)))
    assert len(messages) == 2


def test_weighted_beside_simple(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB)))
    expected = [
        (
            "RRSet with DNS name web.demo.example.com., type A, SetIdentifier green cannot be created as "
            "a non-weighted set exists with the same name and type."
        )
    ]
    assert batch_messages(zone, ("CREATE", alias(WEB, "green", 0))) == expected
    assert batch_messages(zone, ("UPSERT", alias(WEB, "green", 0))) == expected


def test_simple_beside_weighted(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 100)))
    assert batch_messages(zone, ("UPSERT", alias(WEB))) == [
        (
            "RRSet with DNS name web.demo.example.com., type A cannot be created as "
            "other RRSets exist with the same name and type."
        )
    ]


def test_unequal_ttls_in_a_weighted_set(zone: Zone) -> None:
    zone.change(("CREATE", plain(WEB, '"a"', SetIdentifier="blue", Weight=1)))
    assert batch_messages(zone, ("CREATE", plain(WEB, '"a"', ttl=60, SetIdentifier="green", Weight=1))) == [
        (
            "RRSet with DNS name web.demo.example.com., type TXT, SetIdentifier green cannot be created as "
            "weighted sets must contain the same TTL."
        )
    ]


def test_more_than_100_weighted_sets_at_one_name(zone: Zone) -> None:
    zone.change(*(("CREATE", alias(WEB, f"set-{n}", 1)) for n in range(100)))
    (message,) = batch_messages(zone, ("CREATE", alias(WEB, "one-more", 1)))
    assert "100" in message


def test_the_same_record_twice(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 1)))
    for action in ("UPSERT", "DELETE"):
        twice = (action, alias(WEB, "blue", 1))
        assert batch_messages(zone, twice, twice) == [
            "The request contains an invalid set of changes for a resource record set 'A web.demo.example.com.'"
        ]


def test_cname_beside_another_type_and_the_reverse(zone: Zone) -> None:
    zone.change(("CREATE", plain(WEB, '"x"')))
    assert batch_messages(zone, ("CREATE", plain(WEB, "example.com", type="CNAME"))) == [
        (
            "RRSet of type CNAME with DNS name web.demo.example.com. is not permitted as it conflicts with "
            "other records with the same DNS name in zone demo.example.com."
        )
    ]
    zone.change(("CREATE", plain("api.demo.example.com", "example.com", type="CNAME")))
    assert batch_messages(zone, ("CREATE", alias("api.demo.example.com"))) == [
        (
            "RRSet of type A with DNS name api.demo.example.com. is not permitted because a conflicting RRSet of type  "
            "CNAME with the same DNS name already exists in zone demo.example.com."
        )
    ]


def test_cname_at_the_apex(zone: Zone) -> None:
    assert batch_messages(zone, ("CREATE", plain("demo.example.com", "example.com", type="CNAME"))) == [
        "RRSet of type CNAME with DNS name demo.example.com. is not permitted at apex in zone demo.example.com."
    ]


def test_a_name_of_another_zone(zone: Zone) -> None:
    assert batch_messages(zone, ("CREATE", alias("web.example.org"))) == [
        "RRSet with DNS name web.example.org. is not permitted in zone demo.example.com."
    ]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (plain(WEB, "bare"), "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        (plain(WEB, f'"{"x" * 256}"'), "CharacterStringTooLong"),
        (plain(WEB, "256.1.1.1", type="A"), "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
        (plain(WEB, "192.0.2.1", type="AAAA"), "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
        (plain(WEB, "", type="CNAME"), "DomainNameEmpty (Domain name is empty)"),
        (plain(WEB, "a..b", type="CNAME"), "DomainLabelEmpty"),
    ],
)
def test_values_that_do_not_fit_their_type(zone: Zone, record: dict[str, Any], problem: str) -> None:
    (message,) = batch_messages(zone, ("CREATE", record))
    assert message.startswith("Invalid Resource Record: 'FATAL problem: ")
    assert problem in message


def test_the_same_value_twice_and_two_values_in_a_cname(zone: Zone) -> None:
    assert batch_messages(zone, ("CREATE", plain(WEB, '"a"', '"a"'))) == ["Duplicate Resource Record: '\"a\"'"]
    assert len(batch_messages(zone, ("CREATE", plain(WEB, "a.example.com", "b.example.com", type="CNAME")))) == 1
    assert len(batch_messages(zone, ("CREATE", plain(WEB, '"a"', '"b"', SetIdentifier="blue", Weight=1)))) == 1


def test_an_alias_into_the_wrong_zone(zone: Zone) -> None:
    target = "k8s-shop-blue-1.ap-northeast-1.elb.amazonaws.com."
    assert batch_messages(zone, ("CREATE", alias(WEB, zone=ZONE))) == [
        (
            f"Tried to create an alias that targets {target}, type A in zone {ZONE}, "
            "but the alias target name does not lie within the target zone"
        ),
        f"Tried to create an alias that targets {target}, type A in zone {ZONE}, but that target was not found",
    ]
    virginia = "Z35SXDOTRQ7X7K"
    assert len(batch_messages(zone, ("CREATE", alias(WEB, zone=virginia)))) == 2


def test_an_alias_to_a_record_that_is_not_there(zone: Zone) -> None:
    (message,) = batch_messages(zone, ("CREATE", alias(WEB, zone=ZONE, target="nothing.demo.example.com")))
    assert message.endswith("but that target was not found")


def test_an_alias_to_a_load_balancer_that_is_gone(kernel: Kernel) -> None:
    route53 = Route53Simulator(kernel, account="123456789012", target_exists=lambda dns_name: dns_name == GREEN)
    route53.create_hosted_zone(Name="demo.example.com", CallerReference="world", zone_id=ZONE)
    zone = Zone(kernel, route53)
    (message,) = batch_messages(zone, ("CREATE", alias(WEB, "blue", 1)))
    assert message.endswith("but that target was not found")
    zone.change(("CREATE", alias(WEB, "green", 1, target=f"dualstack.{GREEN}")))
    assert route53.weights_of(WEB) == {"green": 1}


def test_too_many_records_and_too_many_characters(zone: Zone) -> None:
    many = [plain(f"n{n}.demo.example.com", '"x"') for n in range(1001)]
    assert batch_messages(zone, *(("CREATE", record) for record in many)) == [
        "Number of records limit of 1000 exceeded."
    ]
    assert batch_messages(zone, *(("UPSERT", record) for record in many[:501])) == [
        "Number of records limit of 1000 exceeded."
    ]
    long = [plain(f"n{n}.demo.example.com", f'"{"x" * 200}"') for n in range(100)]
    assert batch_messages(zone, *(("UPSERT", record) for record in long)) == [
        "RDATA character limit of 32000 exceeded."
    ]
    zone.change(*(("UPSERT", record) for record in many[:500]))


def test_a_zone_that_is_full(zone: Zone) -> None:
    for start in range(0, 10_000, 1000):
        count = 998 if start == 9000 else 1000
        zone.change(*(("CREATE", alias(f"n{start + n}.demo.example.com")) for n in range(count)))
    assert batch_messages(zone, ("CREATE", alias(WEB))) == [f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {ZONE}"]


def without(record: dict[str, Any], *members: str) -> dict[str, Any]:
    return {member: value for member, value in record.items() if member not in members}


CONTENT = "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            without(alias(WEB, "blue", 1), "SetIdentifier"),
            (
                "Invalid request: Missing field 'SetIdentifier' in Change with "
                "[Action=CREATE, Name=web.demo.example.com, Type=A, SetIdentifier=null]"
            ),
        ),
        (
            without(alias(WEB, "blue", 1), "Weight"),
            (
                "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, "
                "GeoProximityLocation, or CidrRoutingConfig], but found none in Change with "
                "[Action=CREATE, Name=web.demo.example.com, Type=A, SetIdentifier=blue]"
            ),
        ),
        (
            alias(WEB, TTL=60),
            (
                f"Invalid request: {CONTENT}, but found more than one in Change with "
                "[Action=CREATE, Name=web.demo.example.com, Type=A, SetIdentifier=null]"
            ),
        ),
        (
            without(plain(WEB, '"x"'), "TTL"),
            (
                f"Invalid request: {CONTENT}, but found none in Change with "
                "[Action=CREATE, Name=web.demo.example.com, Type=TXT, SetIdentifier=null]"
            ),
        ),
        (
            alias(WEB, "blue", 256),
            (
                "Invalid XML ; cvc-maxInclusive-valid: Value '256' is not facet-valid with respect to "
                "maxInclusive '255' for type 'ResourceRecordSetWeight'"
            ),
        ),
    ],
    ids=[
        "weight-without-identifier",
        "identifier-without-weight",
        "alias-with-ttl",
        "values-without-ttl",
        "weight-256",
    ],
)
def test_malformed_record_sets(zone: Zone, record: dict[str, Any], message: str) -> None:
    error = refusal(zone, ("CREATE", record))
    assert (error.code, error.message) == ("InvalidInput", message)


@pytest.mark.parametrize(
    "record",
    [
        alias(WEB, "blue", -1),
        alias(WEB, "x" * 129, 1),
        plain(WEB, '"x"', ttl=-1),
        plain(WEB, '"x"', ttl=2**31),
        plain(WEB, '"x"', type="BOGUS"),
        alias(WEB, "blue") | {"Weight": 1.5},
    ],
    ids=["negative-weight", "long-identifier", "negative-ttl", "huge-ttl", "unknown-type", "fraction"],
)
def test_values_outside_the_schema(zone: Zone, record: dict[str, Any]) -> None:
    assert refusal(zone, ("CREATE", record)).code == "InvalidInput"


def test_an_unknown_action_an_empty_batch_a_long_comment(zone: Zone) -> None:
    assert refusal(zone, ("MERGE", alias(WEB))).code == "InvalidInput"
    assert refusal(zone).code == "InvalidInput"
    with pytest.raises(AwsError, match="InvalidInput"):
        zone.change(("CREATE", alias(WEB)), comment="x" * 257)


def test_a_health_check_that_nobody_created(zone: Zone) -> None:
    error = refusal(zone, ("CREATE", alias(WEB, "blue", 1, HealthCheckId="abc")))
    assert (error.code, error.status) == ("NoSuchHealthCheck", 404)


@pytest.mark.parametrize(
    "record",
    [
        plain(WEB, "10 mail.example.com", type="MX"),
        without(alias(WEB, "blue", 1), "Weight") | {"Region": "ap-northeast-1"},
        alias(WEB, zone="Z2FDTNDATAQYW2", target="d1.cloudfront.net"),
    ],
    ids=["mail", "latency", "cloudfront"],
)
def test_outside_the_model_is_a_loud_501(zone: Zone, record: dict[str, Any]) -> None:
    error = refusal(zone, ("CREATE", record))
    assert (error.code, error.status) == ("NotImplemented", 501)


def test_a_zone_and_a_change_that_do_not_exist(route53: Route53Simulator) -> None:
    with pytest.raises(AwsError) as caught:
        route53.get_hosted_zone(Id="ZNOTHERE")
    assert (caught.value.code, caught.value.status) == ("NoSuchHostedZone", 404)
    assert caught.value.message == "No hosted zone found with ID: ZNOTHERE"
    with pytest.raises(AwsError) as caught:
        route53.get_change(Id="/change/CNOTHERE")
    assert (caught.value.code, caught.value.status) == ("NoSuchChange", 404)


def test_hosted_zones_that_aws_would_not_create(route53: Route53Simulator) -> None:
    for arguments, code in (
        ({"Name": "com", "CallerReference": "new"}, "InvalidDomainName"),
        ({"Name": "other.example.com", "CallerReference": "world"}, "HostedZoneAlreadyExists"),
        (
            {"Name": "in.example.com", "CallerReference": "p", "HostedZoneConfig": {"PrivateZone": True}},
            "NotImplemented",
        ),
    ):
        with pytest.raises(AwsError) as caught:
            route53.create_hosted_zone(**arguments)
        assert caught.value.code == code


def test_the_sixth_request_within_a_second(kernel: Kernel, route53: Route53Simulator) -> None:
    with route53.as_caller("norikae"):
        for _ in range(5):
            route53.get_hosted_zone(Id=ZONE)
        with pytest.raises(AwsError) as caught:
            route53.get_hosted_zone(Id=ZONE)
        assert (caught.value.code, caught.value.message, caught.value.status) == ("Throttling", "Rate exceeded", 400)
        kernel.elapse(1.01)
        assert route53.get_hosted_zone(Id=ZONE)["HostedZone"]["Name"] == "demo.example.com."


def test_the_rate_is_shared_by_everybody_in_the_account(route53: Route53Simulator) -> None:
    with route53.as_caller("external-dns/demo-1-33"):
        for _ in range(5):
            route53.list_hosted_zones()
    with route53.as_caller("norikae"), pytest.raises(AwsError, match="Rate exceeded"):
        route53.list_hosted_zones()


def test_the_worlds_own_set_up_has_no_rate(route53: Route53Simulator) -> None:
    assert [len(route53.list_hosted_zones()["HostedZones"]) for _ in range(20)] == [1] * 20


def test_changes_of_two_callers_at_the_same_moment(kernel: Kernel, zone: Zone, route53: Route53Simulator) -> None:
    with route53.as_caller("norikae"):
        zone.change(("CREATE", alias(WEB, "blue", 1)))
    with route53.as_caller("external-dns/demo-1-33"):
        with pytest.raises(AwsError) as caught:
            zone.change(("CREATE", alias(WEB, "green", 1)))
        assert caught.value.code == "PriorRequestNotComplete"
        kernel.elapse(0.1)
        zone.change(("CREATE", alias(WEB, "green", 1)))
    assert route53.weights_of(WEB) == {"blue": 1, "green": 1}
