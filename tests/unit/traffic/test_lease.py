"""Names of external-dns are taken with the first weight, move with their marks, and go back when Git agrees."""

from __future__ import annotations

import pytest

from norikae.errors import RefusedError
from norikae.traffic.hand_back import hand_back
from norikae.traffic.moving import Moving
from norikae.traffic.prove import prove_ownership
from norikae.traffic.records import RecordSet
from tests.unit.fakes.owned import BLUE_SET, GREEN_SET, OwnedStory, external_dns, mark, owned, wish
from tests.unit.fakes.ports import FakeDns
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, WRITER, Story


def given_back(story: Story) -> str | bool:
    """One move: what Git has to say, or whether the names are their owner's."""
    answer = hand_back(Moving.read(story.ports, WRITER, APP))
    return answer.git or answer.done


def test_the_first_weight_takes_the_names_in_the_same_batch() -> None:
    story = OwnedStory()
    assert story.prepared() == {"next": "step", "weight": 5}
    assert story.owners() == {BLUE, GREEN}, "nothing is taken before the first weight"
    story.moved_to(5)
    assert len(story.ports.dns.batches) == 1
    assert story.owners() == {"norikae-demo"}
    for kind in ("A", "AAAA"):
        assert story.weights(kind) == {BLUE_SET: 95, GREEN_SET: 5}
    for name in (f"a-{HOST}", f"aaaa-{HOST}"):
        assert story.ports.dns.weights(name, "TXT") == {BLUE_SET: 95, GREEN_SET: 5}


def test_any_weight_of_blue_is_the_whole_when_green_has_none() -> None:
    story = OwnedStory(weight=1)
    assert story.prepared() == {"next": "step", "weight": 5}
    story.moved_to(5)
    assert story.weights() == {BLUE_SET: 95, GREEN_SET: 5}
    while story.rolled_back() == "wait":
        story.time_passes(30)
    assert story.weights() == {BLUE_SET: 1, GREEN_SET: 0}


def test_names_go_back_only_when_git_says_what_route_53_says() -> None:
    story = OwnedStory()
    story.moved()
    assert "says aws-weight 100 for eks-demo-1-33, it is 0" in str(given_back(story))
    story.git_says(blue=0, green=99)
    assert "says aws-weight 99 for eks-demo-1-35-a, it is 100" in str(given_back(story))
    assert story.owners() == {"norikae-demo"}
    story.git_says(blue=0, green=100)
    before = story.weights()
    assert given_back(story) is False
    assert given_back(story) is True
    assert story.owners() == {BLUE, GREEN}
    assert story.weights() == before, "a hand-back never moves traffic"


def test_what_is_given_back_is_byte_for_byte_what_was_taken() -> None:
    story = OwnedStory()
    original = dict(story.ports.dns.sets)
    story.prepared()
    story.moved_to(50)
    while story.rolled_back() == "wait":
        story.time_passes(30)
    assert story.item().outcome == "rolled-back"
    assert story.ports.dns.sets == original


def test_after_a_rollback_its_external_dns_may_call_and_mark_the_sets_otherwise() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(50)
    while story.rolled_back() == "wait":
        story.time_passes(30)
    assert story.owners() == {BLUE, GREEN}
    fresh = {"set-identifier": "anew"}
    story.ports.apis[GREEN].put(wish(GREEN, 0, **fresh))
    story.ports.dns = FakeDns(*owned(BLUE, 100), *(called(one, "anew") for one in owned(GREEN, 0)))
    assert story.prepared() == {"next": "step", "weight": 5}
    story.moved_to(5)
    assert story.weights() == {BLUE_SET: 95, "anew": 5}
    assert story.ports.dns.weights(f"a-{HOST}", "TXT") == {BLUE_SET: 95, "anew": 5}


def test_a_shift_that_has_written_keeps_to_the_sets_that_it_learnt() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(5)
    story.ports.apis[GREEN].put(wish(GREEN, 0, **{"set-identifier": "anew"}))
    assert story.prepared() == {"next": "step", "weight": 5}
    assert story.item().sets == {BLUE: BLUE_SET, GREEN: GREEN_SET}


def called(record: RecordSet, identifier: str) -> RecordSet:
    return RecordSet({**record.raw, "SetIdentifier": identifier})


def test_a_rollback_keeps_the_names_when_git_says_otherwise_already() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(50)
    story.git_says(blue=0, green=100)
    while story.rolled_back() == "wait":
        story.time_passes(30)
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 0}
    assert story.owners() == {"norikae-demo"}, "or external-dns would send everything to green"


def test_names_that_nobody_asks_for_any_more_are_not_given_back() -> None:
    story = OwnedStory()
    story.moved()
    story.git_says(blue=0, green=100)
    story.ports.apis[GREEN].put(wish(GREEN, 100, controller="somebody-else"))
    assert str(given_back(story)) == f"nothing asks for {HOST} {GREEN_SET}"


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([*owned(BLUE, 100)], "no A record set of billing.example.com leads to demo-1-35-a"),
        ([*owned(BLUE, 100), *owned(GREEN, 0)[:3]], "billing.example.com AAAA eks-demo-1-35-a has no TXT record"),
        ([*owned(BLUE, 100), *owned(GREEN, 0)[1:]], "no A record set of billing.example.com leads to demo-1-35-a"),
        ([*owned(BLUE, 100, owner="nobody"), *owned(GREEN, 0)], "is not of an external-dns of demo-1-33"),
        (
            [*owned(BLUE, 100)[:3], mark(f"aaaa-{HOST}", BLUE, 20), *owned(GREEN, 0)],
            "does not have one weight",
        ),
        (
            [*owned(BLUE, 100), *owned(GREEN, 0), *owned("demo-1-31", 7)],
            "eks-demo-1-31 has weight 7 and leads to neither cluster",
        ),
        ([*owned(BLUE, 100)[:1], *owned(GREEN, 0)], "no AAAA record set of billing.example.com leads to demo-1-33"),
    ],
)
def test_what_norikae_does_not_understand_it_does_not_take(records: list[object], why: str) -> None:
    story = OwnedStory()
    story.ports.dns = FakeDns(*records)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="cannot be moved yet") as refusal:
        story.prepared()
    assert why in str(refusal.value)
    assert story.ports.dns.batches == []


def test_an_encrypted_mark_is_somebody_elses() -> None:
    story = OwnedStory()
    sealed = mark(f"a-{HOST}", BLUE, 100)
    value = {"Value": '"dGhpcyBpcyBzZWFsZWQgYnkgYSBrZXkgdGhhdCBub2JvZHkgaGFz"'}
    hidden = type(sealed)({**sealed.raw, "ResourceRecords": [value]})
    story.ports.dns = FakeDns(*owned(BLUE, 100)[:2], hidden, owned(BLUE, 100)[3], *owned(GREEN, 0))
    with pytest.raises(RefusedError, match="only its key can read who owns it"):
        story.prepared()


def test_a_load_balancer_that_was_made_anew_is_noticed_before_anything_is_taken() -> None:
    story = OwnedStory()
    story.has_a_new_load_balancer("another.elb.example")
    with pytest.raises(RefusedError, match=r"leads to demo-1-33 \(another.elb.example\)"):
        story.prepared()


def test_every_dialect_of_marks_moves_as_one() -> None:
    story = OwnedStory()
    old = [
        mark(name, cluster, weight) for cluster, weight in ((BLUE, 100), (GREEN, 0)) for name in (HOST, f"cname-{HOST}")
    ]
    story.ports.dns = FakeDns(*owned(BLUE, 100), *owned(GREEN, 0), *old)
    story.prepared()
    story.moved_to(25)
    for name in (HOST, f"cname-{HOST}", f"a-{HOST}", f"aaaa-{HOST}"):
        assert story.ports.dns.weights(name, "TXT") == {BLUE_SET: 75, GREEN_SET: 25}


def test_prefixes_and_suffixes_are_read_from_the_flags() -> None:
    story = OwnedStory()
    records = [*owned(BLUE, 100)[:2], *owned(GREEN, 0)[:2]]
    for cluster, weight in ((BLUE, 100), (GREEN, 0)):
        story.ports.apis[cluster].put(external_dns(cluster, "--txt-prefix=own."))
        records += [mark(f"own.{kind}-{HOST}", cluster, weight) for kind in ("a", "aaaa")]
    story.ports.dns = FakeDns(*records)
    story.prepared()
    story.moved_to(25)
    assert story.ports.dns.weights(f"own.a-{HOST}", "TXT") == {BLUE_SET: 75, GREEN_SET: 25}


def test_a_missing_mark_is_spelled_out_and_nobody_is_told_to_delete_a_record_that_answers() -> None:
    story = OwnedStory()
    story.ports.dns = FakeDns(*owned(BLUE, 100)[:2], *owned(GREEN, 0))
    with pytest.raises(RefusedError, match="has no TXT record") as refusal:
        story.prepared()
    value = f"heritage=external-dns,external-dns/owner={BLUE}"
    assert f"do not delete it, since nobody would be answered until external-dns of {BLUE}" in str(refusal.value)
    assert f'create TXT a-{HOST} ("{value}")' in str(refusal.value)
    assert f'create TXT aaaa-{HOST} ("{value}")' in str(refusal.value)


def test_two_copies_with_one_owner_are_said_first_whichever_record_is_there() -> None:
    story = OwnedStory()
    for cluster in (BLUE, GREEN):
        story.ports.apis[cluster].put(external_dns(cluster, "--txt-owner-id=prod"))
    story.ports.dns = FakeDns(*owned(GREEN, 0, owner="prod"))
    with pytest.raises(RefusedError, match=r"yet: external-dns of .* have the same --txt-owner-id=prod"):
        story.prepared()


def test_a_load_balancer_that_was_made_anew_during_a_lease_says_what_to_write() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(5)
    story.has_a_new_load_balancer("another.elb.example")
    with pytest.raises(RefusedError, match="norikae leases eks-demo-1-33 meanwhile") as refusal:
        prove_ownership(story.ports, WRITER, APP)
    assert "let the alias lead there (UPSERT with its weight as it is), then resume" in str(refusal.value)
    assert "leads to neither cluster" not in str(refusal.value), "nobody shall remove it"
