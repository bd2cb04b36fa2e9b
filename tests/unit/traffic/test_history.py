"""A shift that would outgrow Step Functions' history is refused before it begins."""

from __future__ import annotations

import msgspec
import pytest

from norikae.environment import Dns, Shift
from norikae.errors import RefusedError
from norikae.traffic.history import MOST_LOOKS, looks_of_a_shift, too_long, whole_bake
from norikae.upgrade.begin import plan_upgrade
from tests.unit.fakes.beginning import Beginning

DNS = Dns(zones=("Z0DEMO",))


def test_the_defaults_fit_and_a_bake_of_hours_does_not() -> None:
    assert too_long(Shift(), DNS, steps=4, bake_seconds=600) == ""
    assert "4 steps of 7200 s need" in too_long(Shift(), DNS, steps=4, bake_seconds=7200)


def test_the_longest_bake_is_found_to_the_poll() -> None:
    longest = max(
        bake for bake in range(60, 7200, 30) if looks_of_a_shift(Shift(), DNS, steps=4, bake_seconds=bake) <= MOST_LOOKS
    )
    assert too_long(Shift(), DNS, steps=4, bake_seconds=longest) == ""
    assert too_long(Shift(), DNS, steps=4, bake_seconds=longest + 30) != ""


def test_a_team_that_asks_for_too_much_is_told_before_anything_is_planned() -> None:
    story = Beginning()
    story.ports.environment = msgspec.structs.replace(
        story.ports.environment, shift=msgspec.structs.replace(story.ports.environment.shift, bake=7200)
    )
    with pytest.raises(RefusedError, match=r"shorten norikae\.dev/bake"):
        plan_upgrade(story.ports, {}, "arn:upgrade:1", "demo-1-35-0001-a1")


@pytest.mark.parametrize(("wished", "watched"), [(0, 120), (119, 120), (121, 121), (600, 600)])
def test_a_bake_outlasts_old_answers_and_the_delay_of_figures(wished: int, watched: int) -> None:
    """Propagation is over when it begins: 60 s of old answers, and 60 s until what came then is in CloudWatch."""
    assert whole_bake(wished, Shift(), DNS) == watched


def test_the_looks_of_a_short_bake_are_those_of_the_shortest_that_is_kept() -> None:
    shortest = looks_of_a_shift(Shift(), DNS, steps=4, bake_seconds=0)
    assert shortest == looks_of_a_shift(Shift(), DNS, steps=4, bake_seconds=120)
    assert shortest < looks_of_a_shift(Shift(), DNS, steps=4, bake_seconds=150)
