"""A look during a bake asks exactly the gates that the plan names, about exactly the time that counts."""

from __future__ import annotations

import msgspec
import pytest

from norikae.gates.ports import Answers
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import PlanItem
from tests.unit.fakes.story import APP, GREEN, RUN, WRITER, Story

DELAY = 60
"""Seconds after which CloudWatch has a minute's figures (``metrics_delay``)."""


def baking(*gates: str) -> Story:
    """An application at 5 whose plan names these gates."""
    story = Story()
    stored = read_plan(story.ports.table, RUN)
    (planned,) = stored.plan.applications()
    groups = ((msgspec.structs.replace(planned, gates=gates),),)
    changed = PlanItem(msgspec.structs.replace(stored.plan, groups=groups), stored.hash)
    story.ports.table.write(WRITER, "PLAN", changed)
    story.prepared()
    story.moved_to(5)
    return story


def with_errors(story: Story) -> Story:
    story.ports.metrics.figures = Answers(requests=100, errors=50)
    return story


def with_sick_targets(story: Story) -> Story:
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    return story


def asked(story: Story) -> list[tuple[str, float, float]]:
    """The windows of the last look, each with the cluster that it is about, as seconds before the look."""
    now, windows = story.ports.now, list(story.ports.metrics.windows)
    story.ports.metrics.windows.clear()
    return [(side, now - start, now - end) for side, start, end in windows]


def test_only_the_target_groups_of_the_application_itself_are_judged() -> None:
    story = baking("target-health")
    story.ports.load_balancers.asked.clear()
    story.judged(5)
    assert story.ports.load_balancers.asked == [(f"{GREEN}.elb.example", ("shop/billing-billing",))]


def test_each_gate_fails_by_its_own_figures() -> None:
    assert with_errors(baking("http-5xx")).judged(5)["next"] == "roll-back"
    assert with_sick_targets(baking("target-health")).judged(5)["next"] == "roll-back"


def test_a_gate_that_the_plan_does_not_name_is_not_asked() -> None:
    assert with_errors(baking("target-health")).judged(5)["next"] == "bake"
    assert with_sick_targets(baking("http-5xx")).judged(5)["next"] == "bake"


def test_figures_from_before_the_weight_was_in_force_do_not_count() -> None:
    story = baking("http-5xx")
    story.time_passes(70)
    story.judged(5)
    assert asked(story) == [("green", 70, DELAY), ("blue", 70, DELAY)]
    story.time_passes(1000)
    story.judged(5)
    window = story.ports.environment.shift.thresholds.http_5xx.window
    assert asked(story) == [("green", window + DELAY, DELAY), ("blue", window + DELAY, DELAY)]


@pytest.mark.parametrize(("seconds", "following"), [(60 + DELAY - 1, "bake"), (60 + DELAY + 1, "step")])
def test_no_bake_is_shorter_than_resolvers_remember_and_metrics_take(seconds: float, following: str) -> None:
    story = baking("http-5xx")
    stored = read_plan(story.ports.table, RUN)
    (planned,) = stored.plan.applications()
    groups = ((msgspec.structs.replace(planned, bake_seconds=0),),)
    story.ports.table.write(WRITER, "PLAN", PlanItem(msgspec.structs.replace(stored.plan, groups=groups), stored.hash))
    story.time_passes(seconds)
    assert story.judged(5)["next"] == following


def test_the_reason_is_written_down_when_something_follows_from_it() -> None:
    story = with_errors(baking("http-5xx"))
    story.judged(5)
    assert "50 of 100 requests ended with 5xx" in story.item().reason
    event = story.ports.table.events[-1]
    assert (event.what, event.detail["application"], event.detail["next"]) == ("judged", APP, "roll-back")


def test_a_look_that_changes_nothing_writes_nothing() -> None:
    story = baking("http-5xx")
    before = (story.item(), story.ports.table.said())
    story.judged(5)
    assert (story.item(), story.ports.table.said()) == before
