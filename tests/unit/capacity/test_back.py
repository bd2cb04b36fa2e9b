"""Blue is as large as it was before it gets its traffic back, and what a run has enlarged is put back or named."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from norikae.capacity.back import leave_nothing
from norikae.environment import Rollback
from norikae.errors import NorikaeError, RefusedError, StaleWriterError, UnreachableError
from norikae.singletons.hand_off import hand_off_singletons
from norikae.upgrade.finish import finish_upgrade, report_failure
from tests.unit.fakes.scaling import Scaling
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, WRITER

SETTLED = 151
"""Seconds after which autoscalers have measured what a change brought: a TTL and 90 s."""


def moved() -> Scaling:
    """The application is on a green as large as blue was; blue has scaled in."""
    story = Scaling()
    story.grown()
    story.moved()
    story.pods(BLUE, 2)
    return story


def test_green_scales_alone_again_once_it_has_measured_its_traffic() -> None:
    story = Scaling()
    story.grown()
    story.prepared()
    story.moved_to(100)
    story.time_passes(61)
    assert story.judged(100)["next"] == "bake"
    assert "to measure its traffic" in story.given_back().waiting_for
    assert story.lowest(story.green) == 8
    story.time_passes(SETTLED)
    assert story.given_back().ready
    assert story.lowest(story.green) == 2
    assert not story.known().overrides
    assert story.given_back().ready, "and once is enough"


def test_what_somebody_else_changed_meanwhile_stays_as_they_want_it() -> None:
    story = moved()
    story.sets_lowest(story.green, 5)
    story.time_passes(SETTLED)
    assert story.given_back().ready
    assert story.lowest(story.green) == 5
    assert not story.known().overrides


def test_blue_grows_to_what_it_was_before_anything_goes_back() -> None:
    story = moved()
    assert story.rolled_back() == "wait"
    assert story.lowest(story.blue) == 8
    assert story.weights()[GREEN] == 100
    story.pods(BLUE, 5)
    assert story.rolled_back() == "wait"
    assert story.weights()[GREEN] == 100, "half would be enough for any blue, but this one is still growing"
    story.pods(BLUE, 8)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 100}


def test_blue_keeps_its_size_until_it_has_measured_and_then_both_scale_alone() -> None:
    story = moved()
    story.rolled_back()
    story.pods(BLUE, 8)
    story.rolled_back()
    assert story.rolled_back() == "wait"
    assert story.item().outcome == "rolled-back"
    assert (story.lowest(story.green), story.lowest(story.blue)) == (2, 8), "green serves nobody any more"
    story.time_passes(SETTLED)
    assert story.rolled_back() == "go-on"
    assert story.lowest(story.blue) == 2
    assert not story.known().overrides


def test_a_blue_that_does_not_grow_in_time_goes_by_what_the_environment_demands() -> None:
    story = moved()
    story.pods(BLUE, 4)
    assert story.rolled_back() == "wait"
    story.time_passes(story.ports.environment.shift.rollback.capacity_deadline + 1)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 100}


@pytest.mark.parametrize("error", [UnreachableError("connection refused"), RefusedError("forbidden")])
def test_the_way_back_does_not_depend_on_it(error: NorikaeError) -> None:
    story = moved()
    story.sets(rollback=Rollback(stops=(50,), pause=30))
    story.pods(BLUE, 4)
    story.cannot_be_patched(story.blue, error)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 50, GREEN: 50}
    story.time_passes(31)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 100}
    assert "scale-left" in story.ports.table.said()


def test_a_green_that_hardly_answers_is_left_at_once_and_blue_grows_all_the_same() -> None:
    story = moved()
    story.ports.table.write(
        WRITER,
        f"APP#{APP}",
        type(story.item())(
            **{
                **{name: getattr(story.item(), name) for name in story.item().__struct_fields__},
                "critical": True,
            }
        ),
    )
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 100}
    assert story.lowest(story.blue) == 8


def test_a_cluster_that_is_gone_has_nothing_to_give_back() -> None:
    story = moved()
    story.time_passes(SETTLED)
    story.green.objects.clear()
    assert story.given_back().ready
    assert not story.known().overrides


def test_what_cannot_be_reached_is_tried_again_later() -> None:
    story = moved()
    story.time_passes(SETTLED)
    story.green.gone = True
    assert story.given_back().ready, "the shift ends all the same"
    assert "scale-left" in story.ports.table.said()
    assert [one.cluster for one in story.known().overrides] == [GREEN]
    assert leave_nothing(story.ports, WRITER) == (
        f"horizontalpodautoscalers.autoscaling shop/{APP}-load on {GREEN}: spec.minReplicas 8, 2 before",
    )
    story.green.gone = False
    assert leave_nothing(story.ports, WRITER) == ()
    assert story.lowest(story.green) == 2


def test_what_a_shift_could_not_give_back_is_given_back_before_the_soak() -> None:
    story = moved()
    story.time_passes(SETTLED)
    story.green.gone = True
    assert story.given_back().ready
    story.green.gone = False
    hand_off_singletons(story.ports, WRITER, "")
    assert story.lowest(story.green) == 2
    finish_upgrade(story.ports, WRITER, PARENT)
    assert (told(story)["severity"], told(story)["reason"]) == ("info", "")


def test_a_run_that_succeeds_with_something_enlarged_says_so() -> None:
    story = moved()
    story.time_passes(SETTLED)
    story.cannot_be_patched(story.green, RefusedError("forbidden"))
    assert story.given_back().ready
    hand_off_singletons(story.ports, WRITER, "")
    finish_upgrade(story.ports, WRITER, PARENT)
    assert told(story)["severity"] == "action"
    assert told(story)["reason"] == (
        f"still enlarged: horizontalpodautoscalers.autoscaling shop/{APP}-load on {GREEN}: spec.minReplicas 8, 2 before"
    )


def told(story: Scaling) -> dict[str, Any]:
    message: dict[str, Any] = story.ports.topic.told[-1][1]
    return message


def test_a_run_that_ends_otherwise_leaves_nothing_enlarged() -> None:
    story = Scaling()
    story.grown()
    story.prepared()
    story.moved_to(50)
    story.time_passes(SETTLED)
    report_failure(story.ports, {**WRITER.answer()}, PARENT)
    assert story.lowest(story.green) == 2


def test_whoever_lost_the_lease_takes_nothing_back() -> None:
    story = Scaling()
    story.grown()
    story.prepared()
    story.moved_to(100)
    story.time_passes(SETTLED)
    story.ports.table.write = Mock(side_effect=StaleWriterError("lost"))  # type: ignore[method-assign]
    assert story.lowest(story.green) == 8
    with pytest.raises(StaleWriterError):
        story.given_back()
    assert story.lowest(story.green) == 8
