"""How intents share requests, at random: everything once, in order, within Route 53's quotas, never split."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from norikae.errors import ForeignWriteError
from norikae.traffic.records import Change, RecordSet
from norikae.zone.batches import (
    MOST_CHARACTERS,
    MOST_COMMENT,
    MOST_INTENTS,
    MOST_RECORDS,
    already_there,
    bisected,
    comment_of,
    packed,
    written_again,
)
from norikae.zone.intent import Intent
from tests.unit.fakes.ports import alias

SIZES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 300)), max_size=260)


def text(name: str, length: int) -> RecordSet:
    return RecordSet({"Name": f"{name}.", "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": "x" * length}]})


def intent(number: int, lines: int = 1, length: int = 10) -> Intent:
    changes = [Change("CREATE", text(f"t{line}.app{number}.example.com", length)) for line in range(lines)]
    return Intent.of(changes, f"application {number}", float(number))


@given(SIZES)
def test_every_intent_is_in_one_request_that_route_53_takes(sizes: list[tuple[int, int]]) -> None:
    intents = [intent(number, *size) for number, size in enumerate(sizes)]
    batches = packed(intents)
    assert [one for batch in batches for one in batch] == intents
    for batch in batches:
        changes = [change for one in batch for change in one.changes]
        assert len(batch) <= MOST_INTENTS
        assert len(changes) <= MOST_RECORDS
        assert sum(len(one.record.raw["ResourceRecords"][0]["Value"]) for one in changes) <= MOST_CHARACTERS
        assert len(comment_of(batch)) <= MOST_COMMENT


def test_two_intents_about_the_same_record_share_no_request() -> None:
    twice = [intent(1), intent(2), intent(1)]
    assert packed(twice) == [[twice[0], twice[1]], [twice[2]]]


@given(st.integers(1, 64), st.sets(st.integers(0, 63), max_size=6))
def test_exactly_what_is_wrong_is_refused_and_the_rest_is_applied_once(count: int, wrong: set[int]) -> None:
    intents = [intent(number) for number in range(count)]
    bad = {intents[number].lines[0].raw["Name"] for number in wrong if number < count}
    applied: list[str] = []

    def submit(changes: Sequence[Change], _comment: str) -> str:
        if any(change.record.raw["Name"] in bad for change in changes):
            raise ForeignWriteError("one of them")
        applied.extend(change.record.raw["Name"] for change in changes)
        return f"/change/{len(applied)}"

    verdicts = bisected(intents, submit)
    refused = {one.lines[0].raw["Name"] for one in intents if isinstance(verdicts[one.id], ForeignWriteError)}
    assert refused == bad
    assert sorted(applied) == sorted({one.lines[0].raw["Name"] for one in intents} - bad)


def test_a_deletion_that_is_done_is_followed_by_a_neighbour() -> None:
    old, stays = alias("a.example.com", "blue", 0), alias("a.example.com", "green", 100)
    gone = Intent.of([Change("DELETE", old)], "decommission", 1.0)
    assert already_there(gone, [stays])
    assert not already_there(gone, [stays, old])
    assert written_again(gone, [stays]) == (Change("DELETE", stays), Change("CREATE", stays))
    assert written_again(gone, []) == ()


def test_a_name_that_route_53_spells_otherwise_is_the_same_record() -> None:
    wanted = alias("*.example.com", "green", 5)
    spelled = RecordSet({**wanted.raw, "Name": r"\052.example.com."})
    assert already_there(Intent.of([Change("CREATE", wanted)], "", 1.0), [spelled])
    assert not already_there(Intent.of([Change("CREATE", wanted)], "", 1.0), [RecordSet({**spelled.raw, "Weight": 6})])
