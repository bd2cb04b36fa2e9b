"""Whole stories of secrets that rotate: events through rules, queue and function, Secrets in a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws.mischief import Mischief
from local.demo.play import play
from local.demo.scenarios import SCENARIOS
from local.kubernetes.mishaps import Kind, Mishap
from local.runtime.crash import CrashPlan
from tests.workflow.lines import Lines
from tests.workflow.secrets_that_rotate import OURS, Rotating

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("secrets")

SECRET, ANOTHER = OURS[0], OURS[1]
EVERYTHING_AGAIN = Mischief(duplicate=1.0, delay=5.0, reorder=True)
ATTEMPTS_SECONDS = 45 * 60
"""Longer than a message is tried."""


def test_a_rotation_is_in_the_cluster_in_seconds_and_its_value_is_read_once() -> None:
    with Rotating() as story:
        before = story.value_reads()
        version = story.rotate(SECRET)
        story.run(5)
        assert story.is_current(SECRET)
        assert story.version(SECRET) == version
        assert story.value_reads() - before == 1
        assert story.told == []


def test_four_copies_of_each_event_in_any_order_are_one_write_for_each_version() -> None:
    with Rotating() as story:
        story.world.events.mischief_of["aws.secretsmanager"] = EVERYTHING_AGAIN
        story.world.functions.pollers.mischief = EVERYTHING_AGAIN
        before = story.value_reads()
        for _ in range(3):
            story.rotate(SECRET)
        story.run(120)
        assert story.is_current(SECRET)
        assert story.value_reads() - before <= 3
        assert story.told == []


def test_what_an_event_lost_or_a_person_edited_is_put_right_by_a_sweep() -> None:
    with Rotating() as story:
        story.world.events.mischief_of["aws.secretsmanager"] = Mischief(loss=1.0)
        story.rotate(SECRET)
        story.edit(ANOTHER, password="guess")
        story.run(30)
        assert not story.is_current(SECRET)
        assert not story.is_current(ANOTHER)
        assert "sweep" in str(story.says("sweep-secrets"))
        story.run(60)
        assert story.is_current(SECRET)
        assert story.is_current(ANOTHER)
        assert [one["event"] for one in story.told] == ["secret-edited"]


def test_a_cluster_that_nobody_reaches_for_an_hour_gets_its_secrets_by_the_dead_letters() -> None:
    with Rotating() as story:
        story.api.mishaps.happen(Mishap(Kind.UNAVAILABLE, times=None))
        story.rotate(SECRET)
        story.run(ATTEMPTS_SECONDS)
        assert story.dead_letters() > 0
        story.api.mishaps.end()
        story.world.events.mischief_of["aws.secretsmanager"] = Mischief(loss=1.0)
        assert not story.is_current(SECRET)
        story.says("redrive-secrets")
        assert story.dead_letters() == 0
        story.run(60)
        assert story.is_current(SECRET)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_functions_that_die_lose_no_rotation(seed: int) -> None:
    with Rotating(seed=seed, crashes=CrashPlan(seed, 0.3)) as story:
        story.world.events.mischief_of["aws.secretsmanager"] = EVERYTHING_AGAIN
        for secret in OURS:
            story.rotate(secret)
        story.run(900)
        assert [one for one in story.world.runtime.invocations if one.fate.name != "LIVES"]
        assert [one.name for one in OURS if not story.is_current(one)] == []


def test_a_rotation_that_fails_is_told_once_and_changes_nothing() -> None:
    with Rotating() as story:
        held = story.held(SECRET)
        story.world.events.mischief_of["aws.secretsmanager"] = EVERYTHING_AGAIN
        story.world.secrets.rotations.fail(SECRET.name, SECRET.value("nothing", 9))
        story.run(60)
        assert [one["event"] for one in story.told] == ["secret-rotation-failed"]
        assert story.held(SECRET) == held


@pytest.mark.long
def test_no_step_is_taken_while_a_secret_lags_though_events_get_lost_and_green_is_cut_off(tmp_path: Path) -> None:
    view = Lines()
    report = play(SCENARIOS["rotation"], seed=2, size="small", view=view, folder=tmp_path)
    assert report["outcome"] == "succeeded"
    assert [one["name"] for one in report["checks"] if not one["holds"]] == []
    assert len(report["checks"]) == 8
    assert report["requests"]["failed"] == 0
    assert sum(" rotated: current on blue and green after " in line for line in view.lines) == len(OURS)
