"""Answers get lost and looks come late: the next look finds out, and nobody is told something that is not so."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import ForeignWriteError, TransientError, UnreachableError
from norikae.traffic.rollback import roll_back_application
from norikae.upgrade.recovery import recover
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, SHIFT, WRITER, Story


def shifted(weight: int = 5) -> Story:
    story = Story()
    story.prepared()
    story.moved_to(weight)
    return story


def lose_the_next_answer(story: Story) -> None:
    """Route 53 does what the next batch says, but nobody hears of it."""
    change = story.ports.dns.change

    def lost(changes: Any, comment: str) -> str:
        change(changes, comment)
        story.ports.dns.change = change  # type: ignore[method-assign]
        raise UnreachableError("route53:ChangeResourceRecordSets: read timeout")

    story.ports.dns.change = lost  # type: ignore[method-assign]


def test_a_weight_whose_answer_was_lost_is_written_once_more_and_then_waited_for() -> None:
    story = shifted()
    lose_the_next_answer(story)
    with pytest.raises(UnreachableError):
        story.set_to(50)
    assert story.weights() == {BLUE: 50, GREEN: 50}
    story.ports.dns.looks_until_in_sync = 1
    change = story.set_to(50)
    assert story.in_force(50, change) == "wait"
    assert story.in_force(50, change) == "bake"


def test_a_rollback_whose_answer_was_lost_is_not_over_before_it_is_in_force() -> None:
    story = shifted()
    story.ports.dns.looks_until_in_sync = 1
    original = dict(story.ports.dns.sets)
    lose_the_next_answer(story)
    with pytest.raises(UnreachableError):
        story.rolled_back()
    assert story.weights() == {BLUE: 100}
    assert [story.rolled_back() for _ in range(3)] == ["wait", "wait", "go-on"]
    assert len(story.ports.dns.batches) == 3, "the weight, the rollback, and the rollback once more"
    assert story.ports.dns.sets.keys() == {(HOST, "A", BLUE)} < original.keys()


def test_a_rollback_before_the_first_weight_has_nothing_to_restore() -> None:
    story = Story()
    story.prepared()
    assert story.rolled_back() == "go-on"
    assert (story.item().outcome, story.ports.dns.batches) == ("rolled-back", [])


def test_a_rollback_that_is_over_stays_so() -> None:
    story = shifted()
    story.rolled_back()
    assert story.rolled_back() == "go-on"
    told = story.ports.table.said()
    assert story.rolled_back() == "go-on"
    assert story.ports.table.said() == told


def test_weights_that_are_in_sync_but_not_as_written_are_foreign() -> None:
    story = shifted(50)
    with pytest.raises(ForeignWriteError, match=r"was set to .*'demo-1-35-a': 5\} but reads .*'demo-1-35-a': 50"):
        story.in_force(5, story.item().change)


def test_records_that_change_after_the_weight_was_in_force_do_not_restart_the_bake() -> None:
    story = shifted()
    since = story.item().verified_at
    story.time_passes(60)
    assert story.in_force(5, story.item().change) == "bake"
    assert story.item().verified_at == since


@pytest.mark.parametrize("trouble", ["unreachable", "foreign"])
def test_recovery_waits_for_what_may_pass_and_tells_what_does_not(trouble: str) -> None:
    story = shifted()
    event = {"detail": {"executionArn": SHIFT, "status": "TIMED_OUT"}}
    if trouble == "unreachable":
        lose_the_next_answer(story)
        for _ in range(2):  # the lost answer, and the same written once more
            with pytest.raises(TransientError, match="rollback of billing is not in force yet"):
                recover(story.ports, event)
        assert story.ports.table.lease(APP).holder == SHIFT
        assert recover(story.ports, event)["outcome"] == "rolled-back"
    else:
        story.ports.dns.write(HOST, GREEN, 77)
        assert recover(story.ports, event)["outcome"].startswith("held: ")
    assert story.ports.table.lease(APP).holder == ""
    assert story.ports.topic.told[-1][1]["event"] == "shift-recovered"


def test_a_stopped_execution_where_no_run_ever_was_needs_no_recovery() -> None:
    story = Story()
    story.ports.table.leases.clear()
    event = {"detail": {"executionArn": SHIFT, "status": "ABORTED"}}
    assert recover(story.ports, event) == {"outcome": "nothing-to-recover"}


def test_rolling_back_writes_the_intent_before_the_batch() -> None:
    story = shifted()
    lose_the_next_answer(story)
    with pytest.raises(UnreachableError):
        roll_back_application(story.ports, WRITER, APP)
    assert (story.item().intended, story.item().change) == (0, "")
