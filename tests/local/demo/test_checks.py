"""The demo's own checks: what has to be so at the end, and what each of them refuses to call so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from local.aws.route53 import Route53Simulator
from local.demo.checks import BAD_ANSWER, Check, Ending, Failed, checks, difference, failed_requests, record_sets
from local.edge.clients import Counts
from local.kernel import Kernel

BLUE, GREEN, BAD = "demo-1-33", "demo-1-35-a", "notify-push"
HOSTS = {"chat-api": ("api.example.com",), BAD: ("push.example.com", "push2.example.com")}
ANSWERED_BADLY = Failed(BAD, GREEN, BAD_ANSWER, 12)


def record(name: str, cluster: str, weight: int) -> tuple[tuple[str, str, str], str]:
    return (f"{name}.", "A", cluster), f'{{"Name": "{name}.", "Weight": {weight}}}'


BEFORE = dict(record(name, BLUE, 100) for names in HOSTS.values() for name in names)
SPLIT = {**BEFORE, **dict([record("api.example.com", BLUE, 0), record("api.example.com", GREEN, 100)])}
ALL_BLUE = {name: {BLUE: 100} for names in HOSTS.values() for name in names}


def ending(**changed: Any) -> Ending:
    """One application answered badly on green and went back; the other moved."""
    told = Ending(
        blue=BLUE,
        states={BLUE: "ACTIVE", GREEN: "ACTIVE"},
        failed=(ANSWERED_BADLY,),
        before=BEFORE,
        after=SPLIT,
        weights={**ALL_BLUE, "api.example.com": {BLUE: 0, GREEN: 100}},
        hosts=HOSTS,
        scanned={404: 7, 0: 1},
    )
    return replace(told, **changed)


def broken(found: list[Check]) -> list[str]:
    return [check.name for check in found if not check.holds]


ONLY_BADLY = f"no request failed but those that {BAD} answered badly on green"


def test_a_part_that_moved_while_the_bad_application_went_back_is_as_it_has_to_be() -> None:
    found = checks(ending(), outcome="partial", bad=BAD)
    assert broken(found) == []
    assert [check.name for check in found] == [
        ONLY_BADLY,
        "scanners reach no application",
        f"{BAD} did answer badly on green",
        "blue is kept",
        f"every record set of {BAD} is as it was",
        "what has to move is on green",
    ]


@pytest.mark.parametrize(
    "failed",
    [
        Failed("chat-api", GREEN, BAD_ANSWER, 1),
        Failed(BAD, BLUE, BAD_ANSWER, 1),
        Failed(BAD, GREEN, "target refused", 1),
        Failed(BAD, GREEN, "no ready target", 1),
        Failed(BAD, "", "NXDOMAIN", 1),
    ],
    ids=["another-application", "on-blue", "refused", "no-target", "no-name"],
)
def test_a_request_that_failed_otherwise_is_not_excused(failed: Failed) -> None:
    found = checks(ending(failed=(ANSWERED_BADLY, failed)), outcome="partial", bad=BAD)
    assert broken(found) == [ONLY_BADLY]
    assert failed.reason in found[0].detail


def test_where_nobody_is_bad_no_failed_request_is_excused() -> None:
    found = checks(ending(before=BEFORE, after=BEFORE, weights=ALL_BLUE), outcome="failed", bad="")
    assert broken(found) == ["no request failed"]


def test_a_scenario_in_which_nothing_was_answered_badly_has_shown_nothing() -> None:
    assert broken(checks(ending(failed=()), outcome="partial", bad=BAD)) == [f"{BAD} did answer badly on green"]


@pytest.mark.parametrize(
    "after",
    [
        {**SPLIT, **dict([record("push2.example.com", BLUE, 99)])},
        {**SPLIT, **dict([record("push.example.com", GREEN, 0)])},
        {key: text for key, text in SPLIT.items() if key[0] != "push2.example.com."},
    ],
    ids=["another-weight", "a-record-set-too-many", "one-that-is-gone"],
)
def test_the_bad_application_has_to_be_back_at_its_record_sets_byte_for_byte(after: Any) -> None:
    assert broken(checks(ending(after=after), outcome="partial", bad=BAD)) == [
        f"every record set of {BAD} is as it was"
    ]


def test_the_others_have_to_be_on_green_alone() -> None:
    weights = {**ALL_BLUE, "api.example.com": {BLUE: 50, GREEN: 50}}
    found = checks(ending(weights=weights), outcome="partial", bad=BAD)
    assert broken(found) == ["what has to move is on green"]
    assert "api.example.com: {'demo-1-33': 50, 'demo-1-35-a': 50}" in found[-1].detail


def test_blue_has_to_be_there_while_it_serves() -> None:
    assert broken(checks(ending(states={GREEN: "ACTIVE"}), outcome="partial", bad=BAD)) == ["blue is kept"]


def test_scanners_that_were_let_in_are_told() -> None:
    assert broken(checks(ending(scanned={404: 3, 200: 1}), outcome="partial", bad=BAD)) == [
        "scanners reach no application"
    ]


def test_everything_went_back_when_every_record_set_is_as_it_was() -> None:
    own = dict([record("api.demo-1-35-a.example.com", "", 0)])
    back = ending(after={**BEFORE, **own}, weights=ALL_BLUE)
    found = checks(back, outcome="rolled-back", bad=BAD)
    assert broken(found) == []
    assert found[-1].name == "every record set is as it was"


@pytest.mark.parametrize("after", [SPLIT, {}, {**BEFORE, **dict([record("api.example.com", GREEN, 0)])}])
def test_one_record_set_that_differs_is_no_way_back(after: Any) -> None:
    found = checks(ending(after=after, weights=ALL_BLUE), outcome="rolled-back", bad=BAD)
    assert broken(found) == ["every record set is as it was"]
    assert "api.example.com. A" in found[-1].detail


def test_a_world_without_record_sets_proves_nothing() -> None:
    found = checks(ending(before={}, after={}, weights=ALL_BLUE), outcome="rolled-back", bad=BAD)
    assert broken(found) == ["every record set is as it was"]


def test_a_run_that_moved_everything_leaves_nothing_on_blue() -> None:
    moved = {name: {GREEN: 100} for name in ALL_BLUE}
    gone = ending(failed=(), weights=moved, states={GREEN: "ACTIVE"})
    assert broken(checks(gone, outcome="succeeded", bad="")) == []
    assert broken(checks(ending(failed=()), outcome="succeeded", bad="")) == ["what has to move is on green"]


def test_a_run_that_was_refused_has_changed_no_record_set() -> None:
    same = ending(failed=(), after=BEFORE, weights=ALL_BLUE)
    assert broken(checks(same, outcome="refused", bad="")) == []
    assert broken(checks(ending(failed=()), outcome="refused", bad="")) == ["every record set is as it was"]


MARK = "heritage=external-dns,external-dns/owner="
PAGE = f"{BAD} is contested: it is back. external-dns of {BLUE} asks for it; the weights … are restored, once; resume"


def marked(owner: str) -> dict[tuple[str, str, str], str]:
    """The marks of every public name, beside the record sets."""
    return {(f"a-{name}.", "TXT", GREEN): f"{MARK}{owner}" for names in HOSTS.values() for name in names}


def test_leased_names_have_to_be_their_external_dns_s_again() -> None:
    moved = ending(failed=(), weights={name: {f"eks-{GREEN}": 100} for name in ALL_BLUE}, after=marked(GREEN))
    assert broken(checks(moved, outcome="succeeded", bad="", leased=True)) == []
    for after in (marked("norikae-demo,norikae/from=blue"), SPLIT, {}):
        kept = replace(moved, after=after)
        assert broken(checks(kept, outcome="succeeded", bad="", leased=True)) == [
            "external-dns owns every public name again"
        ]


def test_names_on_the_sets_that_external_dns_made_for_blue_have_not_moved() -> None:
    stayed = ending(failed=(), weights={name: {f"eks-{BLUE}": 100} for name in ALL_BLUE})
    assert broken(checks(stayed, outcome="succeeded", bad="")) == ["what has to move is on green"]


@pytest.mark.parametrize(
    ("pages", "holds"),
    [((PAGE,), True), ((), False), ((PAGE, PAGE), False), ((PAGE.replace("external-dns of", "somebody of"),), False)],
)
def test_a_fight_has_to_be_told_once_with_who_wrote(*, pages: tuple[str, ...], holds: bool) -> None:
    weights = {name: {GREEN: 100} for name in ALL_BLUE}
    found = checks(ending(failed=(), weights=weights, pages=pages), outcome="succeeded", bad="", contested=BAD)
    assert (broken(found) == []) is holds


def test_failed_requests_are_told_by_application_cluster_and_reason() -> None:
    counts = {
        "web": Counts(failures=Counter({(GREEN, BAD_ANSWER): 3, ("", "NXDOMAIN"): 1})),
        "api": Counts(failures=Counter({(BLUE, "target refused"): 2})),
        "quiet": Counts(),
    }
    assert failed_requests(counts) == (
        Failed("api", BLUE, "target refused", 2),
        Failed("web", "", "NXDOMAIN", 1),
        Failed("web", GREEN, BAD_ANSWER, 3),
    )
    assert counts["web"].reasons == {BAD_ANSWER: 3, "NXDOMAIN": 1}


def test_the_snapshot_holds_every_record_set_of_every_zone() -> None:
    route53 = Route53Simulator(Kernel(), account="123456789012")
    for name in ("example.com", "example.org"):
        route53.create_hosted_zone(Name=name, CallerReference=name, zone_id=f"Z{name[-3:].upper()}")
    texts = [
        {"Name": f"t{number:03}.example.com", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
        for number in range(350)
    ]
    changes = [{"Action": "CREATE", "ResourceRecordSet": text} for text in texts]
    route53.change_resource_record_sets(HostedZoneId="ZCOM", ChangeBatch={"Changes": changes})
    found = record_sets(route53)
    assert len(found) == 350 + 2 * 2, "NS and SOA of both zones"
    assert '"TTL": 60' in found["t349.example.com.", "TXT", ""]
    assert record_sets(route53) == found


def test_the_report_names_what_became_of_the_record_sets() -> None:
    gone = dict([record("old.example.com", "", 0)])
    assert difference({**BEFORE, **gone}, SPLIT) == {
        "before": 4,
        "after": 4,
        "changed": ["api.example.com. A demo-1-33"],
        "gone": ["old.example.com. A"],
        "added": ["api.example.com. A demo-1-35-a"],
    }
