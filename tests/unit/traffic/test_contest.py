"""Somebody else writes to the records: seen in time, put right once, and a person is paged with the writer's name."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from norikae.errors import ThrottledError, UnreachableError
from norikae.traffic.contest import restore_safe_weights
from norikae.traffic.drift import is_time_to_read
from norikae.traffic.records import RecordSet
from norikae.upgrade.state import AppItem
from tests.unit.fakes.owned import GREEN_SET, OwnedStory
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, WRITER, Story


def contested(story: Story, reason: str = "somebody wrote") -> dict[str, Any]:
    return restore_safe_weights(story.ports, WRITER, APP, reason)


def at_50_after_5() -> Story:
    """The bake at 5 has passed, 50 is in force."""
    story = Story("A", "AAAA")
    story.prepared()
    story.moved_to(5)
    story.time_passes(301)
    assert story.judged(5)["next"] == "step"
    story.moved_to(50)
    return story


@pytest.mark.parametrize(
    ("passed", "read", "leaves", "due"),
    [(10, 0, False, False), (70, 0, False, True), (100, 70, False, False), (300, 70, False, True), (20, 0, True, True)],
)
def test_the_records_are_read_after_a_minute_after_the_slowest_cache_and_at_the_end(
    *, passed: int, read: int, leaves: bool, due: bool
) -> None:
    item = AppItem(application=APP, verified_at=1000, read_at=1000 + read if read else 0, reverts_after=200)
    assert is_time_to_read(item, 1000 + passed, leaves=leaves) is due


def test_a_weight_that_is_undone_during_a_bake_is_seen_within_it() -> None:
    story = at_50_after_5()
    story.ports.dns.write(HOST, BLUE, 100)
    story.time_passes(30)
    assert story.judged(50)["next"] == "bake"
    story.time_passes(45)
    answer = story.judged(50)
    assert answer["next"] == "contested"
    assert "norikae wrote" in answer["waiting_for"]


def test_no_step_follows_a_bake_whose_records_are_not_ours_any_more() -> None:
    story = at_50_after_5()
    story.time_passes(200)
    assert story.judged(50)["next"] == "bake"
    story.ports.dns.write(HOST, GREEN, 0)
    story.time_passes(120)
    assert story.judged(50)["next"] == "contested"


def test_the_weights_that_passed_last_are_restored_once_and_a_person_is_paged() -> None:
    story = at_50_after_5()
    story.ports.dns.write(HOST, BLUE, 0)
    story.ports.dns.write(HOST, GREEN, 0)
    story.ports.trail.named = ("arn:aws:sts::123456789012:assumed-role/terraform/ci",)
    answer = contested(story)
    assert answer["next"] == "hold"
    assert "CloudTrail names arn:aws:sts::123456789012:assumed-role/terraform/ci" in answer["waiting_for"]
    assert story.weights("A") == story.weights("AAAA") == {BLUE: 95, GREEN: 5}
    (told,) = [message for _, message in story.ports.topic.told if message["event"] == "contested"]
    assert told["severity"] == "page"
    story.ports.dns.write(HOST, GREEN, 77)
    assert "stay as they are" in contested(story)["waiting_for"]
    assert story.weights()[GREEN] == 77, "nobody wins a fight of two programs"


def test_a_resume_goes_on_from_the_restored_weight() -> None:
    story = at_50_after_5()
    story.ports.dns.write(HOST, GREEN, 0)
    contested(story)
    assert story.prepared() == {"next": "step", "weight": 5}
    story.moved_to(5)
    story.time_passes(301)
    assert story.judged(5) == {**story.judged(5), "next": "step", "weight": 50}
    assert not story.item().restored, "whoever comes next is answered once as well"


def test_before_anything_has_passed_everything_goes_to_blue() -> None:
    story = Story("A", "AAAA")
    story.prepared()
    story.moved_to(5)
    story.ports.dns.write(HOST, GREEN, 200)
    contested(story)
    assert story.weights() == {BLUE: 100, GREEN: 0}


@pytest.mark.parametrize("what", ["target", "third", "gone", "simple"])
def test_what_weights_alone_would_not_put_right_is_left_to_people(what: str) -> None:
    story = at_50_after_5()
    sets = story.ports.dns.sets
    key = (HOST, "A", GREEN)
    if what == "target":
        alias = {**sets[key].raw["AliasTarget"], "DNSName": "dualstack.somewhere.elb.example."}
        sets[key] = RecordSet({**sets[key].raw, "AliasTarget": alias, "Weight": 100})
    elif what == "third":
        sets[HOST, "A", "third"] = RecordSet({**sets[key].raw, "SetIdentifier": "third", "Weight": 9})
    elif what == "gone":
        del sets[key]
    else:
        sets[key] = RecordSet({name: value for name, value in sets[key].raw.items() if name != "Weight"})
    before = dict(sets)
    assert "stay as they are" in contested(story)["waiting_for"]
    assert story.ports.dns.sets == before


def test_an_external_dns_that_asks_for_what_is_there_is_named_at_once() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(5)
    story.ports.dns.write(HOST, GREEN_SET, 0)
    text = contested(story)["waiting_for"]
    assert f"external-dns of {GREEN} (by Ingress shop/billing) asks for what is there now" in text


def test_records_that_are_right_again_are_not_written() -> None:
    story = at_50_after_5()
    for cluster, weight in ((BLUE, 95), (GREEN, 5)):
        story.ports.dns.write(HOST, cluster, weight)
    batches = len(story.ports.dns.batches)
    assert "have the weights that passed last" in contested(story)["waiting_for"]
    assert len(story.ports.dns.batches) == batches


def test_who_wrote_an_hour_ago_hides_nobody_who_asks_for_what_is_there_now() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(5)
    story.ports.dns.sets = {
        key: RecordSet({**one.raw, "Weight": {"eks-demo-1-33": 100}.get(one.set_identifier, one.weight)})
        for key, one in story.ports.dns.sets.items()
    }
    story.ports.trail.named = ("arn:aws:sts::123456789012:assumed-role/set-up/mio",)
    said = contested(story)["waiting_for"]
    assert f"external-dns of {BLUE} (by Ingress shop/billing) asks for what is there now" in said
    assert "CloudTrail names arn:aws:sts::123456789012:assumed-role/set-up/mio" in said


def test_records_that_are_back_as_they_were_before_the_shift_are_a_foreign_write_too() -> None:
    story = OwnedStory()
    original = dict(story.ports.dns.sets)
    story.prepared()
    story.moved_to(5)
    story.ports.dns.sets = original
    story.time_passes(301)
    answer = story.judged(5)
    assert (answer["next"], "is back at the weights" in answer["waiting_for"]) == ("contested", True)
    assert f"external-dns of {BLUE}" in contested(story, answer["waiting_for"])["waiting_for"]
    assert story.owners() == {BLUE, GREEN}, "nothing has passed yet, so the safe weights are what is there"


def test_a_leased_record_that_leads_to_a_load_balancer_of_yesterday_holds_during_the_bake() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(5)
    story.has_a_new_load_balancer("another.elb.example")
    story.time_passes(75)
    answer = story.judged(5)
    assert answer["next"] == "hold"
    assert f"leads to {BLUE}.elb.example, and {BLUE} serves it at another.elb.example now" in answer["waiting_for"]
    story.ports.apis[BLUE].gone = True
    assert story.judged(5)["next"] == "bake", "a cluster that does not answer stops no gate"


@pytest.mark.parametrize("lost", [ThrottledError("ChangeResourceRecordSets"), UnreachableError("no answer")])
def test_a_restoring_that_was_throttled_is_tried_again(lost: Exception) -> None:
    story = at_50_after_5()
    story.ports.dns.write(HOST, GREEN, 0)
    change, story.ports.dns.change = story.ports.dns.change, Mock(side_effect=lost)  # type: ignore[method-assign]
    with pytest.raises(type(lost)):
        contested(story)
    story.ports.dns.change = change  # type: ignore[method-assign]
    contested(story)
    assert story.weights("A") == story.weights("AAAA") == {BLUE: 95, GREEN: 5}
