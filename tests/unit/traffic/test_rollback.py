"""The way back to blue: to the original records, byte for byte, and only to a blue that answers."""

from __future__ import annotations

import pytest

from norikae.errors import ForeignWriteError, RefusedError, RollbackRefusedError
from norikae.upgrade.state import PhaseItem
from tests.unit.fakes.ports import alias
from tests.unit.fakes.story import BLUE, GREEN, HOST, WRITER, Story


def test_a_rollback_restores_the_original_records_whole() -> None:
    story = Story("A", "AAAA")
    original = dict(story.ports.dns.sets)
    story.prepared()
    story.moved_to(50)
    assert story.rolled_back() == "wait"
    assert story.rolled_back() == "go-on"
    assert story.ports.dns.sets == original
    assert story.item().outcome == "rolled-back"
    assert story.finished()["outcome"] == "rolled-back"


def test_a_rollback_is_over_only_when_it_is_in_force() -> None:
    story = Story()
    story.ports.dns.looks_until_in_sync = 0
    story.prepared()
    story.moved_to(5)
    story.ports.dns.looks_until_in_sync = 1
    assert [story.rolled_back(), story.rolled_back(), story.rolled_back()] == ["wait", "wait", "go-on"]


def test_a_rollback_that_stays_pending_holds() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.ports.dns.looks_until_in_sync = 99
    assert story.rolled_back() == "wait"
    story.time_passes(301)
    with pytest.raises(RefusedError, match="PENDING for more than 300 s"):
        story.rolled_back()
    assert story.item().outcome == "shifting"


def test_what_was_never_shifted_needs_no_rollback() -> None:
    story = Story()
    assert story.rolled_back() == "go-on"
    assert story.ports.dns.batches == []


def test_a_blue_without_healthy_targets_does_not_get_the_traffic_back() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    story.ports.load_balancers.groups[f"{BLUE}.elb.example"] = (0, 2)
    with pytest.raises(RollbackRefusedError, match="green keeps 50 of 100"):
        story.rolled_back()
    assert story.weights() == {BLUE: 50, GREEN: 50}


def test_after_the_point_of_no_return_nothing_raises_blue() -> None:
    story = Story()
    story.moved()
    story.ports.table.write(WRITER, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    with pytest.raises(RefusedError, match="decommission has begun"):
        story.rolled_back()
    assert story.weights() == {BLUE: 0, GREEN: 100}


def test_a_rollback_never_overwrites_somebody_else() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.ports.dns.write(HOST, GREEN, 42)
    with pytest.raises(ForeignWriteError):
        story.rolled_back()
    assert story.weights()[GREEN] == 42


def test_an_application_can_be_shifted_again_after_a_rollback() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.rolled_back()
    story.rolled_back()
    assert story.prepared() == {"next": "step", "weight": 5}
    story.moved_to(5)
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_a_second_shift_goes_back_to_where_blue_is_now_and_not_to_where_it_was_before_the_first() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.rolled_back()
    assert story.rolled_back() == "go-on"
    story.finished()
    anew = alias(HOST, BLUE, 100, balancer="anew.elb.example")  # blue's load balancer was made anew meanwhile
    story.ports.dns.sets[HOST, "A", BLUE] = anew
    story.ports.load_balancers.groups["anew.elb.example"] = (2, 2)
    story.prepared()
    story.moved_to(5)
    story.rolled_back()
    assert story.rolled_back() == "go-on"
    assert story.ports.dns.sets == {(HOST, "A", BLUE): anew}
