"""Each situation in which an external-dns fights, executed once with the real one, now with norikae in it.

The numbers are those of docs/world/external-dns.md and of ``test_external_dns.py``. Norikae moves the application and
no request fails, or it refuses before it touches a record, with a remedy after which it moves it.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.edge.beside import PUBLIC, Beside
from tests.local.edge.dns_cluster import ZONE, owner

DIALECTS = ("0.12.0", "0.17.0", "0.21.0", "0.22.0")
ALPHA = "external-dns.alpha.kubernetes.io/"
BETA = "external-dns.kubernetes.io/"


def prefix_of(version: str) -> str:
    return BETA if version == "0.22.0" else ALPHA


def owned(mode: str = "lease", *flags: str, **weights: int) -> Beside:
    """External-dns of each cluster owns its record set, as people have it before norikae comes."""
    beside = Beside(mode)
    beside.notes["aws_evaluate_target_health"] = "false"
    for cluster, default in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy(*flags)
        beside.weigh(cluster, weights.get(cluster.name, default))
    beside.opens()
    return beside


def moves(beside: Beside) -> None:
    """The application moves wholly, no request fails, and no external-dns writes or is refused anything."""
    assert beside.blockers() == ""
    theirs, complaints = beside.theirs(), beside.complaints()
    ended = beside.shift()
    assert ended.how == "moved", ended.said
    assert [kind for kind in ("A", "AAAA") if sum(beside.weights(kind).values()) != 100] == []
    assert (beside.theirs() - theirs, beside.complaints() - complaints) == (0, 0)
    assert beside.served_on() == {"green"}
    assert beside.clients.failed == 0


def goes_home(beside: Beside) -> None:
    """Git says what Route 53 says, the names are given back, and external-dns has nothing to do then."""
    before = beside.weights()
    assert "says aws-weight" in beside.given_back().git
    beside.weigh(beside.blue, 0)
    beside.weigh(beside.green, 100)
    theirs = beside.theirs()
    assert beside.given_back().done
    beside.world.loops(3)
    assert beside.theirs() == theirs, "nothing to do"
    assert beside.weights() == beside.weights("AAAA") == before
    assert {owner(one) for (_, kind, _), one in beside.world.records().items() if kind == "TXT"} == {"blue", "green"}
    assert beside.clients.failed == 0


def refused(beside: Beside, *texts: str) -> None:
    """Nothing was written, neither now nor by a run that is started all the same, and people are told what to do."""
    ended = beside.shift()
    assert ended.how in {"held", "contested"}
    assert [text for text in texts if text not in ended.said] == [], ended.said
    assert beside.writes() == 0
    assert beside.clients.failed == 0


def refused_at_once(beside: Beside, *texts: str) -> None:
    """The preflight says so already."""
    found = beside.blockers()
    assert [text for text in texts if text not in found] == [], found
    refused(beside)


def test_a_weight_that_external_dns_would_undo_is_not_written_and_a_leased_one_stays() -> None:  # 1
    beside = owned("controller")
    refused_at_once(beside, "that one writes its records back and deletes them", "norikae.dev/owner: lease")
    leased = owned()
    moves(leased)
    goes_home(leased)


def test_a_weight_goes_with_its_twin_so_that_external_dns_can_delete_what_it_gets_back() -> None:  # 3
    beside = owned()
    moves(beside)
    goes_home(beside)
    beside.blue.drop("web")
    beside.world.loops(2)
    assert {identifier for _, _, identifier in beside.world.records()} == {"green"}
    assert beside.complaints() == 0


def test_a_twin_that_somebody_left_behind_is_refused_until_it_agrees() -> None:  # 3
    beside = owned()
    beside.blue.deploy(ready=0)
    beside.weigh(beside.blue, 20)
    for kind in ("A", "AAAA"):
        beside.world.change(("UPSERT", beside.world.records()["web", kind, "blue"] | {"Weight": 20}))
    beside.blue.deploy()
    beside.world.loops(2)
    remedy = "set all of them to the same weight in one batch"
    refused_at_once(beside, "does not have one weight", remedy)
    marks = [one for (_, kind, name), one in beside.world.records().items() if (kind, name) == ("TXT", "blue")]
    beside.world.change(*(("UPSERT", one | {"Weight": 20}) for one in marks))
    moves(beside)


def simple(*flags: str) -> Beside:
    """Blue's external-dns owns a simple record, and green's wants a weighted one beside it."""
    beside = Beside()
    beside.blue.deploy(*flags)
    beside.serve(beside.blue)
    beside.opens()
    beside.green.deploy()
    beside.weigh(beside.green, 0)
    beside.world.loops(2)
    assert beside.green.external_dns.errors
    return beside


def test_a_simple_record_is_refused_until_its_owner_has_converted_it() -> None:  # 4, 5
    beside = simple()
    refused_at_once(beside, "is a simple record", "let blue's Ingress have set-identifier and aws-weight")
    beside.weigh(beside.blue, 100)
    beside.world.loops(3)
    moves(beside)
    goes_home(beside)


def test_an_owner_that_may_only_upsert_converts_nothing_and_the_remedy_says_so() -> None:  # 5b
    beside = simple("--policy=upsert-only")
    beside.weigh(beside.blue, 100)
    beside.world.loops(2)
    refused_at_once(beside, "is a simple record", "with --policy=sync its external-dns converts the record itself")
    beside.blue.deploy()
    beside.world.loops(3)
    moves(beside)


@pytest.mark.parametrize("seconds", [10, 40, 70])
def test_one_owner_of_two_clusters_is_refused_whichever_has_written_last(seconds: float) -> None:  # 6
    beside = Beside()
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy(owner="prod")
        beside.weigh(cluster, weight)
        beside.kernel.run(20)
    beside.opens()
    beside.kernel.run(seconds)
    beside.begin()
    refused(
        beside, "have the same --txt-owner-id=prod, so each deletes the other's records", "give each cluster its own"
    )
    default = Beside()
    default.blue.deploy(owner="default")
    default.weigh(default.blue, 100)
    default.opens()
    refused_at_once(default, "its --txt-owner-id is default", "--txt-owner-id=blue")


def test_a_record_without_a_mark_stays_who_owns_it_and_norikae_moves_it_once_nobody_else_wants_it() -> None:  # 7
    beside = Beside("controller")
    beside.give_weights(blue=100)
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy(ready=int(cluster is beside.blue))
        beside.weigh(cluster, weight)
    beside.opens()
    refused_at_once(beside, "wants a weighted record 'blue'", "name a name of the cluster instead")
    for cluster in (beside.blue, beside.green):
        cluster.deploy()
        beside.name_apart(cluster)
    beside.world.loops(2)
    beside.green.deploy()
    moves(beside)
    assert not [kind for name, kind, _ in beside.world.records() if kind == "TXT" and name.endswith("-web")]


def test_a_record_without_a_mark_is_not_leased_until_it_has_one_and_nobody_is_told_to_delete_it() -> None:  # 7
    beside = Beside()
    beside.give_weights(blue=100)
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy("--no-aws-evaluate-target-health")
        beside.weigh(cluster, weight)
    beside.opens()
    text = 'create TXT a-web.demo.example.com ("heritage=external-dns,external-dns/owner=blue") with its set-identifier'
    refused_at_once(beside, "has no TXT record", "do not delete it", text)
    for kind in ("a", "aaaa"):
        value = {"Value": '"heritage=external-dns,external-dns/owner=blue"'}
        mark: dict[str, Any] = {"Name": f"{kind}-{PUBLIC}", "Type": "TXT", "SetIdentifier": "blue", "Weight": 100}
        beside.world.change(("CREATE", mark | {"TTL": 300, "ResourceRecords": [value]}))
    beside.world.loops(2)
    moves(beside)
    goes_home(beside)


def test_a_name_that_somebody_protects_is_left_alone_until_they_let_go() -> None:  # 8
    beside = owned()
    protection = {"RecordName": PUBLIC, "RecordType": "A", "Comment": "network team: ask first"}
    beside.route53.create_resource_record_set_protections(HostedZoneId=ZONE, Protections=[protection])
    refused(beside, "is protected by a resource record set protection: network team: ask first")
    assert beside.weights() == {"blue": 100, "green": 0}
    beside.route53.delete_resource_record_set_protections(
        HostedZoneId=ZONE, Protections=[{"RecordName": PUBLIC, "RecordType": "A"}]
    )
    moves(beside)


@pytest.mark.parametrize("version", DIALECTS)
def test_names_are_taken_and_given_back_with_nothing_to_do_in_between(version: str) -> None:  # 9, 13
    beside = Beside()
    beside.notes |= {"prefix": prefix_of(version)}
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy("--no-aws-evaluate-target-health", version=version)
        beside.weigh(cluster, weight)
    beside.opens()
    moves(beside)
    goes_home(beside)
    beside.blue.drop("web")
    beside.world.loops(2)
    assert {identifier for _, _, identifier in beside.world.records()} == {"green"}


def test_both_families_are_taken_together_and_one_that_somebody_else_took_is_refused() -> None:  # 10
    beside = owned()
    mark = beside.world.records()["a-web", "TXT", "blue"]
    value = mark["ResourceRecords"][0]["Value"].replace("owner=blue", "owner=somebody")
    beside.world.change(("UPSERT", mark | {"ResourceRecords": [{"Value": value}]}))
    beside.world.loops()
    refused_at_once(beside, "owner somebody) is not of an external-dns of blue", "find out what writes it")
    beside.world.change(("UPSERT", mark))
    beside.world.loops()
    taken: list[set[str]] = []

    def look(_: int) -> None:
        marks = [one for (_, kind, _), one in beside.world.records().items() if kind == "TXT"]
        taken.append({owner(one) for one in marks})
        assert beside.weights("A") == beside.weights("AAAA")

    assert beside.shift(look).how == "moved"
    assert taken == [{"norikae-demo"}] * 3


def test_a_record_that_is_deleted_during_a_lease_and_comes_back_is_noticed_and_put_right_once() -> None:  # 11
    beside = owned()

    def somebody_deletes(weight: int) -> None:
        if weight == 50:
            beside.world.change(*(("DELETE", beside.world.records()["web", kind, "blue"]) for kind in ("A", "AAAA")))

    ended = beside.shift(somebody_deletes)
    assert ended.how == "contested"
    assert "has weight" in ended.said
    assert beside.weights() == beside.weights("AAAA") == {"blue": 95, "green": 5}, "the weights that passed last"
    assert beside.shift().how == "moved"
    assert beside.clients.failed == 0
    goes_home(beside)


def test_an_orphan_without_a_mark_is_refused() -> None:  # 11
    beside = owned()
    marks = [one for (_, kind, name), one in beside.world.records().items() if (kind, name) == ("TXT", "blue")]
    beside.world.change(*(("DELETE", one) for one in marks))
    refused_at_once(beside, "has no TXT record", "do not delete it")
    beside.world.change(*(("CREATE", one) for one in marks))
    moves(beside)


def test_one_set_identifier_of_two_clusters_is_refused_since_green_never_gets_a_record() -> None:  # 12
    beside = Beside()
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy()
        beside.weigh(cluster, weight, set_identifier="main")
    beside.opens()
    beside.begin()
    refused(beside, "no A record set of web.demo.example.com leads to green", "a set-identifier that no other cluster")
    beside.weigh(beside.green, 0)
    beside.world.loops(2)
    moves(beside)


def test_names_stay_leased_while_git_says_otherwise_and_no_traffic_jumps_back() -> None:  # 14
    beside = owned()
    moves(beside)
    assert "says aws-weight 100 for blue, it is 0" in beside.given_back().git
    beside.weigh(beside.green, 100)
    assert "says aws-weight 100 for blue, it is 0" in beside.given_back().git, "blue's Git is not there yet"
    beside.world.loops(5)
    assert beside.weights() == beside.weights("AAAA") == {"blue": 0, "green": 100}
    assert beside.served_on() == {"green"}
    beside.weigh(beside.green, 0)
    goes_home(beside)


def test_a_load_balancer_that_is_made_anew_during_a_lease_holds_until_its_record_follows() -> None:  # 15
    beside = owned()
    new = "k8s-new-green.ap-northeast-1.elb.amazonaws.com"

    def green_is_recreated(weight: int) -> None:
        if weight == 5:
            beside.stands(beside.green, new)
            beside.weigh(beside.green, 0, balancer=new)

    ended = beside.shift(green_is_recreated)
    assert ended.how == "held"
    assert (beside.item().weight, ended.said.startswith("web.demo.example.com green leads to")) == (5, True)
    ended = beside.shift()
    assert ended.how == "held", "a resume is refused until somebody has done it"
    assert f"no A record set of {PUBLIC} leads to green ({new})" in ended.said
    assert "norikae leases green meanwhile, so its external-dns does not follow: let the alias lead there" in ended.said
    assert "leads to neither cluster" not in ended.said
    for kind in ("A", "AAAA"):
        record = beside.world.records()["web", kind, "green"]
        alias = {**record["AliasTarget"], "DNSName": f"{new}."}
        beside.world.change(("UPSERT", record | {"AliasTarget": alias}))
    assert beside.shift().how == "moved"
    beside.balancers["green"] = new
    beside.weigh(beside.green, 0)
    goes_home(beside)


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_blue_is_upgraded_to_0_22_and_its_marks_are_renamed(when: str) -> None:  # 16
    beside = Beside()
    beside.notes["prefix"] = BETA
    flags = ("--no-aws-evaluate-target-health",)
    old = (*flags, f"--annotation-prefix={BETA}")
    beside.blue.deploy(*old, version="0.21.0")
    beside.green.deploy(*flags)
    beside.weigh(beside.blue, 100)
    beside.weigh(beside.green, 0)
    beside.opens()

    def upgrade(weight: int) -> None:
        if weight == 5:
            beside.blue.deploy(*flags)

    if when == "before":
        upgrade(5)
        beside.world.loops(3)
        assert ("cname-web", "TXT", "blue") in beside.world.records(), "what it leaves behind"
    if when == "during":
        assert beside.shift(upgrade).how == "moved"
    else:
        moves(beside)
    goes_home(beside)
    upgrade(5)
    beside.world.loops(3)
    assert beside.weights() == beside.weights("AAAA") == {"blue": 0, "green": 100}
    assert beside.served_on() == {"green"}
    assert (beside.complaints(), beside.clients.failed) == (0, 0)


def test_a_host_in_rules_claims_the_name_and_is_refused_until_it_is_quieted() -> None:  # 17
    beside = Beside("controller")
    beside.give_weights(blue=100)
    beside.blue.deploy()
    beside.serve(beside.blue)
    beside.blue.ingress("others", rules=tuple(f"app-{number}.demo.example.com" for number in range(50)))
    beside.opens()
    assert beside.complaints() > 0
    refused_at_once(beside, "wants a simple record", 'ingress-hostname-source: "annotation-only"')
    beside.name_apart(beside.blue)
    beside.world.loops(3)
    beside.green.deploy()
    beside.serve(beside.green)
    ended = beside.shift()
    assert "of green wants a simple record" in ended.said, "what differs on green is seen before the first weight"
    assert beside.writes() == 0
    beside.name_apart(beside.green)
    beside.world.loops(3)
    moves(beside)


@pytest.mark.parametrize(("blue", "green"), [("0.12.0", "0.22.0"), ("0.17.0", "0.21.0"), ("0.21.0", "0.22.0")])
@pytest.mark.parametrize(
    "flag", ["", "--txt-prefix=own-", "--txt-suffix=-own", "--txt-prefix=%{record_type}-own-", "--events"]
)
def test_a_lease_of_two_dialects(blue: str, green: str, flag: str) -> None:
    """Whole ways and hand-backs, whatever the two clusters' external-dns are."""
    beside = Beside()
    for cluster, version, weight in ((beside.blue, blue, 100), (beside.green, green, 0)):
        beside.prefixes[cluster.name] = prefix_of(version)
        cluster.deploy("--no-aws-evaluate-target-health", *([flag] if flag else []), version=version)
        beside.weigh(cluster, weight)
    beside.opens()
    moves(beside)
    goes_home(beside)


def test_a_lease_of_a_wildcard() -> None:
    beside = Beside(host="*.demo.example.com")
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy("--txt-wildcard-replacement=any", "--no-aws-evaluate-target-health")
        beside.weigh(cluster, weight)
    beside.opens()
    moves(beside)
    goes_home(beside)


@pytest.mark.parametrize("flags", [("--policy=upsert-only",), ("--events", "--interval=10m")])
def test_a_lease_of_other_settings(flags: tuple[str, ...]) -> None:
    beside = Beside()
    for cluster, weight in ((beside.blue, 100), (beside.green, 0)):
        cluster.deploy(*flags, "--no-aws-evaluate-target-health")
        beside.weigh(cluster, weight)
    beside.opens()
    moves(beside)
    goes_home(beside)


def test_external_dns_is_told_the_weights_and_never_undoes_them() -> None:  # 1
    beside = owned("external-dns")
    assert beside.blockers() == ""
    assert beside.shift().how == "moved"
    assert beside.writes() == 0, "external-dns writes, norikae declares"
    assert beside.weights() == beside.weights("AAAA") == {"blue": 0, "green": 100}
    assert beside.served_on() == {"green"}
    assert (beside.clients.failed, beside.complaints()) == (0, 0)


def claimed_by_mistake(beside: Beside, weight: int = 100) -> None:
    """Somebody lets external-dns of blue own the record set that norikae moves: mark, annotation and all."""
    marks = [
        {
            "Name": f"{kind}-{PUBLIC}",
            "Type": "TXT",
            "SetIdentifier": "blue",
            "Weight": beside.weights()["blue"],
            "TTL": 300,
            "ResourceRecords": [{"Value": '"heritage=external-dns,external-dns/owner=blue"'}],
        }
        for kind in ("a", "aaaa")
    ]
    beside.world.change(*(("CREATE", one) for one in marks))
    beside.weigh(beside.blue, weight)


@pytest.mark.parametrize("flags", [(), ("--events", "--interval=10m"), ("--provider-cache-time=15m",)])
def test_a_name_that_is_claimed_during_a_run_is_restored_once_and_the_page_names_who_claims(
    flags: tuple[str, ...],
) -> None:
    beside = Beside("controller")
    beside.give_weights(blue=100)
    for cluster in (beside.blue, beside.green):
        cluster.deploy(*flags, "--no-aws-evaluate-target-health")
        beside.name_apart(cluster)
    beside.opens()

    def mistake(weight: int) -> None:
        if weight == 50:
            claimed_by_mistake(beside)

    ended = beside.shift(mistake)
    assert ended.how == "contested", ended.said
    assert "external-dns of blue (by Ingress shop/web) asks for what is there now" in ended.said
    assert beside.weights("A") == beside.weights("AAAA") == {"blue": 95, "green": 5}, "what passed last, once"
    (page,) = [message for _, message in beside.ports.topic.told if message["severity"] == "page"]
    assert page["event"] == "contested"
    writes = beside.writes()
    beside.kernel.run(1800)
    assert beside.writes() == writes, "nobody wins a fight of two programs"
    refused_again = beside.shift()
    assert refused_again.how in {"held", "contested"}
    assert beside.writes() == writes
    marks = [one for (_, kind, name), one in beside.world.records().items() if kind == "TXT" and name == "blue"]
    beside.world.change(*(("DELETE", one) for one in marks))
    beside.name_apart(beside.blue)
    for kind in ("A", "AAAA"):
        beside.world.change(("UPSERT", beside.world.records()["web", kind, "blue"] | {"Weight": 95}))
    beside.kernel.run(1800)
    assert beside.shift().how == "moved"
    assert beside.served_on() == {"green"}
    assert beside.clients.failed == 0
