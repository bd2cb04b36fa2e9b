"""Simple records become weighted and back again: one exact batch, and nothing is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from norikae.ownership.registry import taken
from norikae.traffic.conversion import batch_simple, batch_weighted, is_simple, simple
from norikae.traffic.records import Change, RecordSet
from norikae.traffic.takeover import give_back
from tests.unit.fakes.owned import mark
from tests.unit.fakes.ports import FakeDns, alias
from tests.unit.fakes.story import BLUE, GREEN, HOST


def plain(kind: str = "A", *, health: bool = True, name: str = HOST) -> RecordSet:
    raw = simple(alias(name, BLUE, 100, kind)).raw
    return RecordSet({**raw, "AliasTarget": {**raw["AliasTarget"], "EvaluateTargetHealth": health}})


def owner(name: str) -> RecordSet:
    return simple(mark(name, BLUE, 100))


NAMES = (HOST, f"a-{HOST}", f"aaaa-{HOST}", f"cname-{HOST}", f"txt-{HOST}")
SIMPLE = st.builds(
    lambda kinds, marks, health: [
        *(plain(kind, health=health) for kind in kinds),
        *(owner(name) for name in marks),
    ],
    st.sets(st.sampled_from(["A", "AAAA"]), min_size=1),
    st.sets(st.sampled_from(NAMES)),
    st.booleans(),
)


@given(SIMPLE, st.text("abc-", min_size=1, max_size=8), st.integers(0, 255))
def test_there_and_back_is_what_it_was(records: list[RecordSet], identifier: str, weight: int) -> None:
    zone = FakeDns(*records)
    before = {key: dict(one.raw) for key, one in zone.sets.items()}
    zone.submit(batch_weighted(records, identifier, weight), "there")
    assert len(zone.sets) == len(records)
    assert {(one.set_identifier, one.weight) for one in zone.sets.values()} == {(identifier, weight)}
    zone.submit(batch_simple(tuple(zone.sets.values()), identifier), "back")
    assert {key: dict(one.raw) for key, one in zone.sets.items()} == before


@given(SIMPLE)
def test_what_is_deleted_is_exactly_what_was_read_and_each_name_is_made_in_the_same_batch(
    records: list[RecordSet],
) -> None:
    batch = batch_weighted(records, BLUE, 100)
    assert [one.record for one in batch if one.action == "DELETE"] == records
    made = {(one.record.name, one.record.type) for one in batch if one.action == "CREATE"}
    assert made == {(one.name, one.type) for one in records}
    assert batch_weighted([one.record for one in batch if one.action == "CREATE"], BLUE, 100) == ()


def test_marks_are_leased_in_the_same_batch() -> None:
    batch = batch_weighted([plain(), owner(f"cname-{HOST}")], "x", 100, lambda one: taken(one, "demo"))
    (made,) = (one.record for one in batch if one.action == "CREATE" and one.record.type == "TXT")
    assert "external-dns/owner=norikae-demo" in made.raw["ResourceRecords"][0]["Value"]
    assert (made.set_identifier, made.weight) == ("x", 100)


def test_a_set_that_is_not_alone_stays_weighted() -> None:
    assert batch_simple([alias(HOST, BLUE, 100), alias(HOST, GREEN, 0)], BLUE) == ()


def test_other_routing_policies_are_not_simple() -> None:
    latency = RecordSet({**plain().raw, "SetIdentifier": "tokyo", "Region": "ap-northeast-1"})
    assert not is_simple(latency)
    assert batch_weighted([latency], BLUE, 100) == ()


def test_letting_go_makes_simple_again_only_what_is_alone() -> None:
    both = [alias(HOST, BLUE, 100), alias(HOST, GREEN, 0)]
    assert give_back(both, [plain()], BLUE) == ()
    back = give_back(both[:1], [plain(health=False)], BLUE)
    assert back == (Change("DELETE", both[0]), Change("CREATE", plain(health=False)))
