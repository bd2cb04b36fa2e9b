"""Weights are understood before they are changed, and one batch changes all of them or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.errors import ForeignWriteError
from norikae.traffic.records import Change, LoadBalancerTarget, RecordSet
from norikae.traffic.weights import Side, batch_back, batch_end, batch_to, green_weight, once_more, weights_of
from tests.unit.fakes.ports import ZONE, FakeDns, alias
from tests.unit.fakes.story import BLUE, GREEN

HOSTS = ("api.example.com", "web.example.com")
SIDE = Side(GREEN, {host: LoadBalancerTarget(f"{GREEN}.elb.example", ZONE) for host in HOSTS})
TWO_NAMES = tuple(alias(host, BLUE, 100, kind) for host in HOSTS for kind in ("A", "AAAA"))


def zone_after(records: tuple[RecordSet, ...], *weights: int) -> FakeDns:
    """A zone that norikae set to one weight after the other."""
    dns = FakeDns(*records)
    for weight in weights:
        changes = batch_to(dns.records(HOSTS), blue=BLUE, green=SIDE, weight=weight)
        if changes:
            dns.change(changes, "")
    return dns


def test_names_and_types_of_an_application_have_the_same_weights() -> None:
    assert weights_of(zone_after(TWO_NAMES, 5).records(HOSTS)) == {BLUE: 95, GREEN: 5}


def test_names_that_disagree_were_written_by_somebody_else() -> None:
    records = [alias("web.example.com", BLUE, 100), alias("web.example.com", BLUE, 90, "AAAA")]
    with pytest.raises(ForeignWriteError, match=r"AAAA of demo-1-33 has weight 90, but another name .* has 100"):
        weights_of(records)


def test_a_record_that_is_not_weighted_is_refused_with_its_remedy() -> None:
    simple = RecordSet({"Name": "web.example.com.", "Type": "A", "AliasTarget": {"DNSName": "x.elb.example."}})
    with pytest.raises(ForeignWriteError, match=r"web\.example\.com A is not a weighted record; convert it"):
        weights_of([simple])


@pytest.mark.parametrize(
    ("weights", "share"), [({BLUE: 100}, 0), ({BLUE: 95, GREEN: 5}, 5), ({GREEN: 100, "old": 0}, 100)]
)
def test_greens_share(weights: dict[str, int], share: int) -> None:
    assert green_weight(weights, BLUE, GREEN) == share


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({BLUE: 90, "old": 10}, "record sets of others have weight: {'old': 10}"),
        ({BLUE: 90}, "add up to 90 instead of 100"),
        ({BLUE: 100, GREEN: 5}, "add up to 105 instead of 100"),
        ({}, "add up to 0 instead of 100"),
    ],
)
def test_weights_that_nobody_understands_are_refused(weights: dict[str, int], why: str) -> None:
    with pytest.raises(ForeignWriteError, match=why):
        green_weight(weights, BLUE, GREEN)


def test_the_first_batch_deletes_what_was_read_and_creates_both_sides() -> None:
    records = (alias("web.example.com", BLUE, 100),)
    deleted, blue, green = batch_to(records, blue=BLUE, green=SIDE, weight=5)
    assert deleted == Change("DELETE", records[0])
    assert [(one.action, one.record.set_identifier, one.record.weight) for one in (blue, green)] == [
        ("CREATE", BLUE, 95),
        ("CREATE", GREEN, 5),
    ]
    assert green.record.target == f"{GREEN}.elb.example"


def test_health_evaluation_is_off_while_weights_move_and_back_after_a_rollback() -> None:
    original = alias("web.example.com", BLUE, 100)
    target = {**original.raw["AliasTarget"], "EvaluateTargetHealth": True}
    original = RecordSet({**original.raw, "AliasTarget": target})
    dns = zone_after((original,), 5)
    assert [record.raw["AliasTarget"]["EvaluateTargetHealth"] for record in dns.records(HOSTS)] == [False, False]
    dns.change(batch_back(dns.records(HOSTS), (original,)), "")
    assert dns.records(HOSTS) == (original,)


def test_green_gets_only_the_types_that_blue_has() -> None:
    changes = batch_to((alias("web.example.com", BLUE, 100),), blue=BLUE, green=SIDE, weight=5)
    assert {change.record.type for change in changes} == {"A"}


def test_the_records_of_a_wildcard_keep_the_name_that_route_53_gave_them() -> None:
    wild = alias("*.example.com", BLUE, 100)
    stored = RecordSet({**wild.raw, "Name": r"\052.example.com."})
    side = Side(GREEN, {"*.example.com": LoadBalancerTarget(f"{GREEN}.elb.example", ZONE)})
    batch = batch_to([stored], blue=BLUE, green=side, weight=5)
    assert {change.record.raw["Name"] for change in batch} == {r"\052.example.com."}
    dns = FakeDns(stored)
    dns.change(batch, "")
    assert batch_to(dns.records(["*.example.com"]), blue=BLUE, green=side, weight=5) == ()


def test_records_are_written_once_more_without_a_change_of_them() -> None:
    dns = zone_after(TWO_NAMES, 5)
    before = dns.sets.copy()
    dns.change(once_more(dns.records(HOSTS)), "")
    assert dns.sets == before


def test_a_weight_that_is_in_force_needs_no_batch() -> None:
    assert batch_to(zone_after(TWO_NAMES, 5).records(HOSTS), blue=BLUE, green=SIDE, weight=5) == ()


def test_only_names_that_differ_are_in_the_batch() -> None:
    dns = zone_after(TWO_NAMES, 5)
    moved = next(iter(dns.sets))
    dns.sets[moved] = alias(moved[0], BLUE, 94, moved[1])
    batch = batch_to(dns.records(HOSTS), blue=BLUE, green=SIDE, weight=5)
    assert {(change.record.name, change.record.type) for change in batch} == {moved[:2]}


@given(st.lists(st.integers(min_value=0, max_value=100), max_size=6))
def test_whatever_was_written_the_sum_is_whole_and_the_way_back_is_exact(weights: list[int]) -> None:
    dns = zone_after(TWO_NAMES, *weights)
    served = weights_of(dns.records(HOSTS))
    assert sum(served.values()) == 100
    assert green_weight(served, BLUE, GREEN) == (weights[-1] if weights else 0)
    back = batch_back(dns.records(HOSTS), TWO_NAMES)
    if back:
        dns.change(back, "")
    assert dns.records(HOSTS) == TWO_NAMES
    assert batch_back(dns.records(HOSTS), TWO_NAMES) == ()


def test_at_the_end_only_green_is_left_and_health_is_evaluated_as_before() -> None:
    original = tuple(with_health(alias(HOSTS[0], BLUE, 100, kind), on=kind == "A") for kind in ("A", "AAAA"))
    now = tuple(
        alias(HOSTS[0], cluster, weight, kind)
        for kind in ("A", "AAAA")
        for cluster, weight in ((BLUE, 0), (GREEN, 100))
    )
    changes = batch_end(now, original, blue=BLUE, green=GREEN)
    gone = [(one.record.type, one.record.set_identifier) for one in changes if one.action == "DELETE"]
    assert gone == [("A", BLUE), ("AAAA", BLUE), ("A", GREEN)]
    (created,) = (one.record for one in changes if one.action == "CREATE")
    assert created.raw == with_health(alias(HOSTS[0], GREEN, 100, "A"), on=True).raw
    after = (with_health(alias(HOSTS[0], GREEN, 100, "A"), on=True), alias(HOSTS[0], GREEN, 100, "AAAA"))
    assert batch_end(after, original, blue=BLUE, green=GREEN) == ()


def with_health(record: RecordSet, *, on: bool) -> RecordSet:
    return RecordSet({**record.raw, "AliasTarget": {**record.raw["AliasTarget"], "EvaluateTargetHealth": on}})
