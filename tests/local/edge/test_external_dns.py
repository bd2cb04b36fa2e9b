"""The behaviours of external-dns that a traffic shift lives with; docs/world/external-dns.md lists them."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.simulator import AwsError
from local.edge.external_dns import ExternalDns
from local.edge.external_dns_settings import CannotStart, seconds, settings_of
from local.kubernetes.api import ApiServer
from tests.local.edge.dns_cluster import ZONE, Cluster, DnsWorld, owner

PUBLIC = "web.demo.example.com"


@pytest.fixture
def world() -> DnsWorld:
    return DnsWorld()


def weighted(cluster: Cluster, weight: int) -> None:
    cluster.ingress("web", hostname=PUBLIC, set_identifier=cluster.name, aws_weight=str(weight))


def test_an_annotated_name_becomes_two_aliases_and_their_owners(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress(
        "web", hostname="web.blue.demo.example.com", rules=(PUBLIC,), ingress_hostname_source="annotation-only"
    )
    world.loops()
    records = world.records()
    assert list(records) == [
        ("a-web.blue", "TXT", ""),
        ("aaaa-web.blue", "TXT", ""),
        ("web.blue", "A", ""),
        ("web.blue", "AAAA", ""),
    ]
    assert records["web.blue", "A", ""]["AliasTarget"] == {
        "HostedZoneId": "Z14GRHDCWA56QT",
        "DNSName": "k8s-web-blue.ap-northeast-1.elb.amazonaws.com.",
        "EvaluateTargetHealth": True,
    }
    assert records["a-web.blue", "TXT", ""]["ResourceRecords"] == [
        {"Value": '"heritage=external-dns,external-dns/owner=blue,external-dns/resource=ingress/shop/web"'}
    ]
    assert world.writes("external-dns/blue") == 1
    assert not blue.external_dns.errors


def test_nothing_happens_without_a_ready_replica(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.ingress("web", rules=(PUBLIC,))
    world.loops()
    blue.deploy(ready=0)
    world.loops()
    assert (world.records(), blue.external_dns.loops) == ({}, 0)
    blue.deploy()
    world.kernel.run(10)
    assert ("web", "A", "") in world.records()


def test_a_cluster_that_is_gone_writes_no_more(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    world.loops()
    blue.external_dns.stop()
    blue.ingress("web", rules=(PUBLIC,))
    world.loops(2)
    assert world.records() == {}


def test_a_quiet_hour_costs_two_calls_a_loop_and_no_write(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("web", rules=(PUBLIC,))
    world.loops(2)
    lists, writes = blue.api.lists, world.writes("external-dns/blue")
    world.loops(60)
    assert (blue.api.lists, world.writes("external-dns/blue")) == (lists, writes)
    assert blue.external_dns.loops > 55


@pytest.mark.parametrize(
    ("version", "twins"),
    [
        ("0.11.0", {"web"}),
        ("0.15.1", {"web", "cname-web", "aaaa-web"}),
        ("0.18.0", {"cname-web", "aaaa-web"}),
        ("0.22.0", {"a-web", "aaaa-web"}),
    ],
)
def test_each_version_has_its_dialect_of_owner_records(world: DnsWorld, version: str, twins: set[str]) -> None:
    blue = world.cluster("blue")
    blue.deploy(version=version)
    blue.ingress("web", rules=(PUBLIC,))
    world.loops(2)
    assert {name for name, kind, _ in world.records() if kind == "TXT"} == twins
    assert world.writes("external-dns/blue") == 1


def test_alpha_annotations_are_read_until_0_21_only(world: DnsWorld) -> None:
    blue, green = world.cluster("blue"), world.cluster("green")
    blue.deploy(version="0.21.0")
    green.deploy(version="0.22.0")
    for cluster in (blue, green):
        name = f"web.{cluster.name}.demo.example.com"
        cluster.ingress("web", hostname=name, prefix="external-dns.alpha.kubernetes.io/")
    world.loops()
    assert {name for name, kind, _ in world.records() if kind == "A"} == {"web.blue"}


def test_a_chosen_annotation_prefix_wins_over_the_version(world: DnsWorld) -> None:
    green = world.cluster("green")
    green.deploy("--annotation-prefix=external-dns.alpha.kubernetes.io/")
    green.ingress("web", hostname=PUBLIC, prefix="external-dns.alpha.kubernetes.io/")
    world.loops()
    assert ("web", "A", "") in world.records()


def test_foreign_weights_on_an_owned_record_are_undone_in_the_next_loop(world: DnsWorld) -> None:  # 1
    blue, green = world.cluster("blue"), world.cluster("green")
    for cluster, weight in ((blue, 100), (green, 0)):
        cluster.deploy()
        weighted(cluster, weight)
    world.loops()
    for who, weight in (("blue", 70), ("green", 30)):
        for kind in ("A", "AAAA"):
            world.change(("UPSERT", world.records()["web", kind, who] | {"Weight": weight}))
    world.loops()
    assert world.route53.weights_of(PUBLIC) == {"blue": 100, "green": 0}
    assert world.route53.weights_of(PUBLIC, "AAAA") == {"blue": 100, "green": 0}


def test_a_weight_changed_without_its_twin_can_never_be_deleted(world: DnsWorld) -> None:  # 3
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops()
    blue.drop("web")
    for kind in ("A", "AAAA"):
        world.change(("UPSERT", world.records()["web", kind, "blue"] | {"Weight": 20}))
    world.loops(3)
    assert world.route53.weights_of(PUBLIC) == {"blue": 20}
    assert {failure.code for failure in blue.external_dns.errors} == {"InvalidChangeBatch"}
    assert "do not match the current values" in blue.external_dns.errors[-1].message


def test_a_weighted_wish_beside_a_simple_record_fails_in_every_loop(world: DnsWorld) -> None:  # 4
    blue, green = world.cluster("blue"), world.cluster("green")
    blue.deploy()
    blue.ingress("web", rules=(PUBLIC,))
    world.loops()
    green.deploy()
    weighted(green, 0)
    world.loops(3)
    assert len(green.external_dns.errors) >= 3
    assert "a non-weighted set exists" in green.external_dns.errors[-1].message
    assert ("web", "A", "green") not in world.records()


def test_the_owner_itself_goes_from_simple_to_weighted(world: DnsWorld) -> None:  # 5
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("web", rules=(PUBLIC,))
    world.loops()
    weighted(blue, 100)
    world.loops()
    assert {identifier for _, _, identifier in world.records()} == {"blue"}
    assert world.writes("external-dns/blue") == 2
    actions = [change.action for change in world.route53.history[-1].changes]
    assert actions == ["DELETE"] * 4 + ["CREATE"] * 4


def test_upsert_only_cannot_convert(world: DnsWorld) -> None:  # 5b
    blue = world.cluster("blue")
    blue.deploy("--policy=upsert-only")
    blue.ingress("web", rules=(PUBLIC,))
    world.loops()
    weighted(blue, 100)
    world.loops(2)
    assert {identifier for _, _, identifier in world.records()} == {""}
    assert blue.external_dns.errors


def test_create_only_changes_nothing_that_exists(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--policy=create-only")
    weighted(blue, 100)
    world.loops()
    weighted(blue, 5)
    world.loops()
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}


def test_one_owner_id_in_two_clusters_flips_and_flops(world: DnsWorld) -> None:  # 6
    blue, green = world.cluster("blue"), world.cluster("green")
    for cluster, weight in ((blue, 100), (green, 0)):
        cluster.deploy(owner="default")
        weighted(cluster, weight)
        world.kernel.run(20)
    seen = set()
    for _ in range(30):
        world.kernel.run(7)
        seen.add(tuple(world.route53.weights_of(PUBLIC)))
    assert {("blue",), ("green",)} <= seen


def test_a_record_that_nobody_marks_is_left_alone(world: DnsWorld) -> None:  # 7
    alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": "other.ap-northeast-1.elb.amazonaws.com"}
    mine: dict[str, Any] = {
        "Name": PUBLIC,
        "Type": "A",
        "SetIdentifier": "blue",
        "Weight": 40,
        "AliasTarget": alias | {"EvaluateTargetHealth": False},
    }
    world.change(("CREATE", mine))
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops(2)
    assert list(world.records()) == [("web", "A", "blue")]
    assert world.route53.weights_of(PUBLIC) == {"blue": 40}
    assert not blue.external_dns.errors


def test_a_protected_name_fails_softly_and_the_others_go_on(world: DnsWorld) -> None:  # 8
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops()
    world.route53.create_resource_record_set_protections(
        HostedZoneId=ZONE, Protections=[{"RecordName": PUBLIC, "RecordType": "A", "Comment": "norikae run=r1"}]
    )
    weighted(blue, 10)
    blue.ingress("api", rules=("api.demo.example.com",))
    asked = changes_asked(world)
    world.loops()
    assert asked == ["InvalidChangeBatch", "done", "InvalidChangeBatch"]
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}
    assert ("api", "A", "") in world.records()
    before = len(blue.external_dns.errors)
    assert before == 2  # the batch, then the record alone
    world.loops()
    assert len(asked) == 4
    assert len(blue.external_dns.errors) == before + 1


def test_a_rewritten_owner_takes_the_record_away_and_gives_it_back(world: DnsWorld) -> None:  # 9, 13
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops()

    def rewrite(to: str, weight: int) -> None:
        changed = []
        for (_, kind, _), record in world.records().items():
            if kind == "TXT":
                value = record["ResourceRecords"][0]["Value"].replace(f"owner={owner(record)}", f"owner={to}")
                record["ResourceRecords"] = [{"Value": value}]
            changed.append(("UPSERT", record | {"Weight": weight}))
        world.change(*changed)

    rewrite("norikae", 20)
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {"blue": 20}
    weighted(blue, 20)
    rewrite("blue", 20)
    world.loops(2)
    assert world.writes("external-dns/blue") == 1
    blue.drop("web")
    world.loops()
    assert world.records() == {}


def test_rewriting_the_owner_of_a_alone_splits_ipv4_from_ipv6(world: DnsWorld) -> None:  # 10
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops()
    records = world.records()
    twin = records["a-web", "TXT", "blue"]
    value = twin["ResourceRecords"][0]["Value"].replace("owner=blue", "owner=norikae")
    world.change(
        ("UPSERT", twin | {"ResourceRecords": [{"Value": value}], "Weight": 20}),
        ("UPSERT", records["web", "A", "blue"] | {"Weight": 20}),
        ("UPSERT", records["web", "AAAA", "blue"] | {"Weight": 20}),
    )
    world.loops()
    assert world.route53.weights_of(PUBLIC, "A") == {"blue": 20}
    assert world.route53.weights_of(PUBLIC, "AAAA") == {"blue": 100}


def rewrite_owner(world: DnsWorld, to: str, weight: int | None = None, marks: str = "blue") -> None:
    """Somebody writes another owner into both twins of the set blue, and a weight into all four records."""
    changed = []
    for (_, kind, identifier), record in world.records().items():
        if identifier == "blue":
            if kind == "TXT":
                value = record["ResourceRecords"][0]["Value"].replace(f"owner={marks}", f"owner={to}")
                record["ResourceRecords"] = [{"Value": value}]
            changed.append(("UPSERT", record | ({} if weight is None else {"Weight": weight})))
    world.change(*changed)


def test_a_record_that_is_deleted_beside_a_foreign_owner_comes_back_as_an_orphan(world: DnsWorld) -> None:  # 11
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops()
    rewrite_owner(world, "norikae")
    gone = [("DELETE", record) for (_, kind, _), record in world.records().items() if kind != "TXT"]
    world.change(*gone)
    world.loops()
    assert world.route53.weights_of(PUBLIC) == world.route53.weights_of(PUBLIC, "AAAA") == {"blue": 100}
    written = world.route53.history[-1]
    assert (written.principal, {change.record.type for change in written.changes}) == (
        "external-dns/blue",
        {"A", "AAAA"},
    )
    assert {owner(record) for (_, kind, _), record in world.records().items() if kind == "TXT"} == {"norikae"}
    blue.drop("web")
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}, "it does not know that this is its own"


def test_handed_back_while_the_annotation_says_100_all_traffic_jumps_back(world: DnsWorld) -> None:  # 14
    blue, green = world.cluster("blue"), world.cluster("green")
    for cluster, weight in ((blue, 100), (green, 100)):
        cluster.deploy()
        weighted(cluster, weight)
    world.loops()
    rewrite_owner(world, "norikae", 0)
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {"blue": 0, "green": 100}
    rewrite_owner(world, "blue", marks="norikae")
    world.loops()
    assert world.route53.weights_of(PUBLIC) == {"blue": 100, "green": 100}
    assert world.route53.weights_of(PUBLIC, "AAAA") == {"blue": 100, "green": 100}


def test_a_load_balancer_that_is_recreated_under_another_owner_is_not_followed(world: DnsWorld) -> None:  # 15
    blue = world.cluster("blue")
    blue.deploy()
    weighted(blue, 100)
    world.loops()
    rewrite_owner(world, "norikae")
    new = "k8s-new-9.ap-northeast-1.elb.amazonaws.com"
    blue.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight="100", balancer=new)
    world.loops(3)
    old = "k8s-web-blue.ap-northeast-1.elb.amazonaws.com."
    assert world.records()["web", "A", "blue"]["AliasTarget"]["DNSName"] == old
    assert world.records()["web", "AAAA", "blue"]["AliasTarget"]["DNSName"] == old
    assert not blue.external_dns.errors


def foreign_weight(world: DnsWorld, weight: int) -> None:
    """Somebody else writes both weights of the set blue, and its twins'."""
    found = [record for (_, _, identifier), record in world.records().items() if identifier == "blue"]
    world.change(*(("UPSERT", record | {"Weight": weight}) for record in found))


@pytest.mark.parametrize("flag", ["--provider-cache-time=15m", "--txt-cache-interval=15m"])
def test_with_a_cache_a_foreign_weight_is_undone_when_it_expires(world: DnsWorld, flag: str) -> None:
    blue = world.cluster("blue")
    blue.deploy(flag)
    weighted(blue, 100)
    world.loops(3)
    foreign_weight(world, 20)
    world.kernel.run(720)
    assert world.route53.weights_of(PUBLIC) == {"blue": 20}
    world.kernel.run(240)
    assert world.route53.weights_of(PUBLIC) == world.route53.weights_of(PUBLIC, "AAAA") == {"blue": 100}


@pytest.mark.parametrize(("flag", "left"), [("--provider-cache-time=15m", 100), ("--txt-cache-interval=15m", 20)])
def test_a_change_of_another_record_empties_the_cache_of_the_provider_but_not_that_of_owners(
    world: DnsWorld, flag: str, left: int
) -> None:
    blue = world.cluster("blue")
    blue.deploy(flag)
    weighted(blue, 100)
    world.loops(3)
    foreign_weight(world, 20)
    blue.ingress("api", hostname="api.demo.example.com")
    world.loops(2)
    assert ("api", "A", "") in world.records()
    assert world.route53.weights_of(PUBLIC) == {"blue": left}


def test_a_young_cache_costs_no_call(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--provider-cache-time=1h")
    weighted(blue, 100)
    world.loops(2)
    calls: list[str] = []
    real = world.route53.list_hosted_zones
    world.route53.list_hosted_zones = lambda **more: calls.append("zones") or real(**more)  # type: ignore[method-assign,func-returns-value]
    loops = blue.external_dns.loops
    world.loops(10)
    assert (blue.external_dns.loops - loops >= 9, calls) == (True, [])


def test_with_events_a_change_of_any_object_undoes_a_foreign_weight_within_seconds(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--events", "--interval=10m")
    weighted(blue, 100)
    world.kernel.run(60)
    foreign_weight(world, 20)
    world.kernel.run(120)
    assert world.route53.weights_of(PUBLIC) == {"blue": 20}, "a change in Route 53 is no event"
    blue.ingress("api", hostname="api.demo.example.com")
    world.kernel.run(4.5)
    assert world.route53.weights_of(PUBLIC) == {"blue": 20}, "events are gathered for five seconds"
    world.kernel.run(1.5)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}


def test_events_keep_their_distance_from_the_loop_before(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--events", "--interval=10m", "--min-event-sync-interval=30s")
    weighted(blue, 100)
    world.kernel.run(2)
    weighted(blue, 40)
    world.kernel.run(26)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}
    world.kernel.run(5)
    assert world.route53.weights_of(PUBLIC) == {"blue": 40}


def test_without_events_a_change_waits_for_the_interval(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--interval=10m")
    weighted(blue, 100)
    world.kernel.run(60)
    weighted(blue, 40)
    world.kernel.run(500)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}
    world.kernel.run(60)
    assert world.route53.weights_of(PUBLIC) == {"blue": 40}


def test_a_new_process_forgets_its_cache(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--txt-cache-interval=1h", "--interval=30m")
    weighted(blue, 100)
    world.kernel.run(60)
    foreign_weight(world, 20)
    blue.deploy("--interval=30m")
    world.kernel.run(3)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}


def test_migrating_from_the_default_owner_deletes_what_other_clusters_made(world: DnsWorld) -> None:
    blue, green = world.cluster("blue"), world.cluster("green")
    blue.deploy(owner="default")
    weighted(blue, 100)
    world.loops()
    blue.external_dns.stop()
    green.deploy("--migrate-from-txt-owner=default")
    green.ingress("web", hostname="web.green.demo.example.com")
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {}
    assert {name for name, kind, _ in world.records() if kind == "A"} == {"web.green"}


def test_migrating_writes_the_new_owner_with_the_next_change_only(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy(owner="default")
    weighted(blue, 100)
    world.loops()
    blue.deploy("--migrate-from-txt-owner=default")
    world.loops(2)
    assert {owner(record) for (_, kind, _), record in world.records().items() if kind == "TXT"} == {"default"}
    weighted(blue, 50)
    world.loops()
    assert {owner(record) for (_, kind, _), record in world.records().items() if kind == "TXT"} == {"blue"}


def test_the_same_set_identifier_under_another_owner_gets_nothing(world: DnsWorld) -> None:  # 12
    blue, green = world.cluster("blue"), world.cluster("green")
    blue.deploy()
    weighted(blue, 100)
    world.loops()
    green.deploy()
    green.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight="50")
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}
    assert not green.external_dns.errors


def test_a_recreated_load_balancer_is_followed_by_its_owner(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("web", rules=(PUBLIC,))
    world.loops()
    blue.ingress("web", rules=(PUBLIC,), balancer="k8s-new-9.ap-northeast-1.elb.amazonaws.com")
    world.loops()
    target = world.records()["web", "A", ""]["AliasTarget"]["DNSName"]
    assert target == "k8s-new-9.ap-northeast-1.elb.amazonaws.com."


def test_an_upgrade_to_0_22_writes_new_twins_and_leaves_the_old(world: DnsWorld) -> None:  # 16
    blue = world.cluster("blue")
    blue.deploy(version="0.18.0")
    blue.ingress("web", rules=(PUBLIC,))
    world.loops()
    blue.deploy(version="0.22.0")
    world.loops(3)
    assert {name for name, kind, _ in world.records() if kind == "TXT"} == {"a-web", "aaaa-web", "cname-web"}
    assert world.writes("external-dns/blue") == 2
    assert not blue.external_dns.errors


def changes_asked(world: DnsWorld) -> list[str]:
    """Grows with every request for changes that Route 53 has time for."""
    asked: list[str] = []
    change = world.route53.change_resource_record_sets

    def watched(**request: Any) -> dict[str, Any]:
        try:
            answer = change(**request)
        except AwsError as error:
            if error.code != "Throttling":
                asked.append(error.code)
            raise
        asked.append("done")
        return answer

    world.route53.change_resource_record_sets = watched  # type: ignore[method-assign]
    return asked


def test_one_refused_name_makes_50_others_go_out_one_by_one(world: DnsWorld) -> None:  # 17
    alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": "other.ap-northeast-1.elb.amazonaws.com"}
    for who in ("blue", "green"):
        mine: dict[str, Any] = {"Name": PUBLIC, "Type": "A", "SetIdentifier": who, "Weight": 1}
        world.change(("CREATE", mine | {"AliasTarget": alias | {"EvaluateTargetHealth": False}}))
    blue = world.cluster("blue")
    blue.ingress("web", rules=(PUBLIC,))
    for number in range(50):
        blue.ingress(f"app-{number}", rules=(f"app-{number}.demo.example.com",))
    blue.deploy()
    asked = changes_asked(world)
    world.kernel.run(59)
    assert len(asked) == 52, "the batch, then each name alone"
    world.loops(3)
    assert len({name for name, kind, _ in world.records() if kind == "A"}) == 51
    assert "other RRSets exist" in blue.external_dns.errors[-1].message
    seen = len(blue.external_dns.errors)
    asked.clear()
    world.loops()
    assert (len(asked), len(blue.external_dns.errors)) == (1, seen + 1)
    blue.ingress("late", rules=("late.demo.example.com",))
    world.loops()
    assert ("late", "A", "") in world.records()


def test_throttling_for_a_whole_loop_is_an_error_and_the_next_loop_works(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.ingress("web", rules=(PUBLIC,))
    blue.deploy()
    for tick in range(200):
        world.kernel.after(tick * 0.05, lambda: world.route53._throttle.admits(world.kernel.now()))
    world.kernel.run(20)
    assert [failure.code for failure in blue.external_dns.errors] == ["Throttling"]
    world.loops(2)
    assert ("web", "A", "") in world.records()


@pytest.mark.parametrize(
    ("annotations", "rules", "names"),
    [
        ({}, ("a.demo.example.com",), {"a", "b"}),
        ({"ingress_hostname_source": "annotation-only"}, ("a.demo.example.com",), {"b"}),
        ({"ingress_hostname_source": "defined-hosts-only"}, ("a.demo.example.com",), {"a"}),
        ({"controller": "norikae"}, ("a.demo.example.com",), set()),
        ({"controller": "dns-controller"}, (), {"b"}),
    ],
    ids=["both", "annotation-only", "defined-hosts-only", "other-controller", "own-controller"],
)
def test_which_names_an_ingress_claims(
    world: DnsWorld, annotations: dict[str, Any], rules: tuple[str, ...], names: set[str]
) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("web", hostname="b.demo.example.com", rules=rules, **annotations)
    world.loops()
    assert {name for name, kind, _ in world.records() if kind == "A"} == names


def test_names_outside_the_filters_are_left_alone(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--domain-filter=blue.demo.example.com", "--aws-zone-match-parent", "--ingress-class=alb")
    blue.ingress("web", rules=(PUBLIC, "web.blue.demo.example.com", "web.example.org"))
    world.loops()
    assert {name for name, kind, _ in world.records() if kind == "A"} == {"web.blue"}
    green = world.cluster("green")
    green.deploy("--zone-id-filter=ZOTHER")
    green.ingress("api", rules=("api.demo.example.com",))
    world.loops()
    assert ("api", "A", "") not in world.records()


def test_a_domain_filter_below_the_zone_finds_no_zone(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--domain-filter=blue.demo.example.com")
    blue.ingress("web", rules=("web.blue.demo.example.com",))
    world.loops()
    assert world.records() == {}


def test_only_the_managed_types_are_written(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--managed-record-types=A", "--managed-record-types=CNAME", "--ignore-ingress-rules-spec")
    blue.ingress("web", hostname="web.blue.demo.example.com", rules=(PUBLIC,))
    world.loops()
    assert list(world.records()) == [("a-web.blue", "TXT", ""), ("web.blue", "A", "")]


def test_targets_that_are_no_load_balancer(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("cdn", rules=("cdn.demo.example.com",), balancer="edge.example.org", ttl="60")
    blue.ingress("ip", rules=("ip.demo.example.com",), balancer="192.0.2.7", ttl="2m")
    blue.ingress("plain", rules=("plain.demo.example.com",), alias="false")
    blue.ingress("four", rules=("four.demo.example.com",), alias="A")
    blue.ingress("none", rules=("none.demo.example.com",), balancer="none")
    world.loops(2)
    records = world.records()
    assert (records["cdn", "CNAME", ""]["TTL"], records["ip", "A", ""]["TTL"]) == (60, 120)
    assert records["plain", "CNAME", ""]["TTL"] == 300
    assert ("four", "AAAA", "") not in records
    assert not any(name == "none" for name, _, _ in records)
    assert world.writes("external-dns/blue") == 1


def test_a_weight_that_is_no_number_becomes_0(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("web", hostname=PUBLIC, set_identifier="blue", aws_weight="a lot")
    world.loops()
    assert world.route53.weights_of(PUBLIC) == {"blue": 0}


def test_a_small_batch_size_sends_several_batches(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--aws-batch-change-size=8", "--txt-prefix=%{record_type}-owner.")
    for number in range(5):
        blue.ingress(f"app-{number}", rules=(f"app-{number}.demo.example.com",))
    world.loops()
    assert world.writes("external-dns/blue") == 3
    assert ("a-owner.app-0", "TXT", "") in world.records()


def test_wildcards_have_twins_under_another_label(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--txt-wildcard-replacement=any")
    blue.ingress("web", rules=("*.demo.example.com",))
    world.loops(2)
    assert set(world.records()) == {
        ("\\052", "A", ""),
        ("\\052", "AAAA", ""),
        ("a-any", "TXT", ""),
        ("aaaa-any", "TXT", ""),
    }
    assert world.writes("external-dns/blue") == 1


def test_txt_records_of_others_are_no_twins(world: DnsWorld) -> None:
    mark = {
        "Name": f"_norikae.{PUBLIC}",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"heritage=norikae"'}],
    }
    world.change(("CREATE", mark))
    blue = world.cluster("blue")
    blue.deploy()
    blue.ingress("web", rules=(PUBLIC,))
    world.loops(2)
    assert ("_norikae.web", "TXT", "") in world.records()
    assert ("web", "A", "") in world.records()


def deployment(*arguments: str, image: str = "images.example.com/external-dns:v0.22.0") -> dict[str, Any]:
    container = {"name": "external-dns", "image": image, "args": list(arguments)}
    return {"spec": {"template": {"spec": {"containers": [container]}}}}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (deployment("--source=ingress"), "--policy is required"),
        (deployment("--policy=sync", "--registry=dynamodb"), "registry=dynamodb"),
        (deployment("--policy=sync", "--provider=google"), "provider=google"),
        (deployment("--policy=sync", "--txt-encrypt-enabled"), "--txt-encrypt-enabled is outside the model"),
        (deployment("--policy=sync", "--aws-zone-type=hidden"), "enum value must be one of"),
        (deployment("--policy=sync", "--txt-cache-interval=long"), "invalid duration"),
        (deployment("--policy=sync", "--interval=often"), "invalid duration"),
        (deployment("--policy=sync", "--annotation-filter=a=b"), "annotation-filter"),
        (deployment("--policy=sync", image="external-dns:latest"), "no version"),
    ],
)
def test_what_keeps_it_from_starting(found: dict[str, Any], why: str) -> None:
    with pytest.raises(CannotStart, match=why):
        settings_of(found)


def test_a_deployment_that_cannot_start_is_loud_in_the_log(world: DnsWorld) -> None:
    blue = world.cluster("blue")
    blue.deploy("--registry=noop")
    world.loops()
    assert [failure.code for failure in blue.external_dns.errors] == ["CannotStart"]


def test_flags_in_all_their_spellings() -> None:
    found = settings_of(
        deployment("--policy", "sync", "--txt-owner-id", "me", "--no-aws-evaluate-target-health", "--interval=1m30s")
    )
    assert found is not None
    assert (found.owner, found.evaluate_target_health, found.interval) == ("me", False, 90.0)
    assert (found.version, found.annotation_prefix) == ((0, 22), "external-dns.kubernetes.io/")
    assert settings_of({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1"}]}}}}) is None
    assert seconds("1h0.5s") == 3600.5


def test_it_reads_from_the_worlds_own_api_server(world: DnsWorld) -> None:
    api = ApiServer(name="blue", version="1.33", now=world.kernel.now, random=world.kernel.stream("api"))
    external_dns = ExternalDns(world.kernel, api, world.route53, "blue")
    world.loops()
    assert (external_dns.settings, world.records()) == (None, {})
