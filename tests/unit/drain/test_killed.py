"""A slice that is killed, doubled or late harms nothing, wherever that is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.drain.slice import drain_slice
from tests.unit.drain.yards import CLUSTER, HOOK, Story
from tests.unit.fakes.deadly import Deadly, Killed
from tests.unit.fakes.yard import App

PARTS = ("claims", "fleet", "topic", "executions")


class Mortal:
    """The world of a slice that dies at one of its calls, before or after its effect.

    Args:
        story: whose.
        dies_at: the number of the call, counted over all slices; 0 for never.
        before: whether the call has no effect any more.
    """

    def __init__(self, story: Story, dies_at: int, *, before: bool) -> None:
        self._story, self.left = story, dies_at
        self._when = "before" if before else "after"
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._story.ports, name)
        return Deadly(found, self._moment) if name in PARTS else found

    def yard(self, cluster: str) -> Any:
        return _Together(self._story.ports.yard(cluster), self._moment)

    def _moment(self, name: str, when: str) -> None:
        if when != self._when or name == "together":
            return
        self.names.append(name)
        self.left -= 1
        if self.left == 0:
            raise Killed(name)


class _Together(Deadly):
    """A yard of which every request counts, and calling several at once does not."""


def drained(story: Story, dies_at: int = 0, *, before: bool = True) -> Mortal:
    """The whole drain, with one death on the way; Step Functions tries a slice that died again after a second."""
    world = Mortal(story, dies_at, before=before)
    turns, ends = 0, story.clock.now() + 1000
    while story.clock.now() < ends:
        wave = story.claims.wave(CLUSTER).number
        try:
            answer = drain_slice(world, CLUSTER, wave, turns, clock=story.clock, jitter=lambda: 0.5)
        except Killed:
            story.clock.sleep(1.0)
            continue
        if answer["next"] == "done":
            return world
        turns = answer["turns"]
        story.clock.sleep(answer["seconds"] or 0.05)
    raise AssertionError("the drain did not end")


def planted() -> Story:
    """Two nodes with a budget between them, one pod that its budget keeps, one with a volume, and a hook each."""
    story = Story()
    story.yard.add_app(App("web", budget=1, ready_after=4.0))
    story.yard.add_app(App("bound", budget=0))
    for number in (1, 2):
        story.node(number, pods=1, kind="scaling", hook=HOOK, seconds=60, budgets="bypass-at-deadline")
        story.yard.add_pod(f"node-{number}", app="web")
    story.yard.add_pod("node-1", app="bound")
    story.yard.add_pod("node-2", app="web")
    story.yard.settle()
    return story


def check(story: Story) -> None:
    for number in (1, 2):
        claim = story.of(number)
        assert (claim.state, claim.outcome) == ("finished", "drained")
        assert claim.finished_at <= claim.deadline + 15
    assert sorted(instance for _, instance, _ in story.fleet.completed) == [story.of(1).instance, story.of(2).instance]
    assert story.yard.most_away["web"] <= 1
    assert [pod for _, what, pod, _ in story.yard.asked if what == "delete"][:1] == list(story.of(1).pdb_bypassed)


def test_without_a_death_every_hook_is_answered_by_one_request() -> None:
    story = planted()
    world = drained(story)
    check(story)
    assert world.names.count("complete") == 2


LONGEST = len(drained(planted()).names)
"""Calls of a drain that nothing kills."""


@given(dies_at=st.integers(1, LONGEST), before=st.booleans())
def test_a_slice_that_is_killed_at_any_call_leaves_a_drain_that_ends_in_time(dies_at: int, *, before: bool) -> None:
    story = planted()
    drained(story, dies_at, before=before)
    check(story)


@given(seconds=st.floats(0.0, 20.0), lag=st.floats(0.05, 3.0))
def test_a_second_slice_in_the_middle_of_the_first_changes_nothing(seconds: float, lag: float) -> None:
    story = planted()
    story.yard.lag = lag
    story.clock.plan(seconds, lambda: _nested(story))
    drained(story)
    check(story)


def _nested(story: Story) -> None:
    """A slice of the same wave runs to its end while the first one sleeps."""
    wave = story.claims.wave(CLUSTER).number
    drain_slice(story.ports, CLUSTER, wave, 0, clock=story.clock, jitter=lambda: 0.1)


@pytest.mark.parametrize("wave", [1, 2])
def test_a_late_slice_of_a_wave_that_is_over_does_nothing(wave: int) -> None:
    story = planted()
    drained(story)
    story.claims.close(CLUSTER, story.claims.wave(CLUSTER))
    requests, writes = sum(story.yard.calls.values()), story.claims.writes
    drain_slice(story.ports, CLUSTER, wave, 0, clock=story.clock, jitter=lambda: 0.5)
    assert (sum(story.yard.calls.values()), story.claims.writes) == (requests, writes)
