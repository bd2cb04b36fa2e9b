"""Rows of the vector table about weights, ways back and tokens; those about gates are in ``tests/unit/gates``."""

from __future__ import annotations

import pytest

from norikae.approvals.ask import hold_application
from norikae.commands.operate import operate
from norikae.errors import ForeignWriteError, RollbackRefusedError
from norikae.traffic.weights import green_weight
from tests.unit.fakes.story import APP, BLUE, GREEN, WRITER, Story

BALANCERS = {cluster: f"{cluster}.elb.example" for cluster in (BLUE, GREEN)}


def test_vector_blue_0_and_green_0_would_be_split_equally_and_is_refused() -> None:
    with pytest.raises(ForeignWriteError, match="add up to 0 instead of 100"):
        green_weight({BLUE: 0, GREEN: 0}, BLUE, GREEN)


def test_vector_a_record_that_is_at_25_already_bakes_25_once_more_and_goes_on_from_there() -> None:
    story = Story()
    story.prepared()
    story.moved_to(25)
    assert story.prepared() == {"next": "step", "weight": 25}
    story.moved_to(25)
    story.time_passes(301)
    assert story.judged(25) | {"waiting_for": ""} == {"next": "step", "weight": 50, "waiting_for": ""}


def test_vector_all_records_unhealthy_changes_no_weight_and_pages() -> None:
    story = Story("A", "AAAA")
    story.prepared()
    story.moved_to(50)
    for name in BALANCERS.values():
        story.ports.load_balancers.groups[name] = (0, 2)
    assert story.judged(50)["next"] == "roll-back"
    assert story.item().critical
    with pytest.raises(RollbackRefusedError, match="no healthy target"):
        story.rolled_back()
    assert story.weights() == story.weights("AAAA") == {BLUE: 50, GREEN: 50}


def test_vector_a_rollback_to_a_blue_without_ready_targets_keeps_green() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.ports.load_balancers.groups[BALANCERS[BLUE]] = (0, 0)
    with pytest.raises(RollbackRefusedError, match="green keeps 5 of 100"):
        story.rolled_back()
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_vector_a_late_click_is_ignored_and_recorded() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    hold_application(story.ports, WRITER, APP, "token", {})
    story.ports.executions.answers["token"] = {"next": "roll-back"}  # the state has ended already, as after a time-out
    answer = operate(story.ports, {"command": "resume", "application": APP, "by": "mio"})
    assert answer["answered"] is False
    assert story.ports.executions.answers["token"] == {"next": "roll-back"}
    assert [(event.what, event.by) for event in story.ports.table.events][-1] == ("resume", "mio")
