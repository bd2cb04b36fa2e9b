"""A shift and its way back while the zone's writer comes late, or never."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import ForeignWriteError
from norikae.traffic.history import LEFT_BY_THE_WRITER
from norikae.zone.deferred import ZoneDns
from norikae.zone.ports import Zone
from norikae.zone.write import write_zone
from tests.unit.fakes.story import BLUE, GREEN, HOST, Story
from tests.unit.fakes.zone import FakeBell, FakeClock, FakeIntents


class Written(Story):
    """An application whose changes are applied by the zone's writer, when the story lets it look."""

    def __init__(self, *kinds: str, **more: Any) -> None:
        super().__init__(*kinds, **more)
        self.zone = self.ports.dns
        self.intents, self.bell = FakeIntents(), FakeBell()
        self.time_passes(0)

    def time_passes(self, seconds: float) -> None:
        super().time_passes(seconds)
        clock = FakeClock(self.ports.now)
        self.ports.zone = Zone("Z1", self.intents, self.zone, self.bell, clock)
        names: Any = ZoneDns(
            self.zone, self.intents, self.ports.now, bell=self.bell, directly_after=LEFT_BY_THE_WRITER, looks_every=5
        )
        names.weights, names.write = self.zone.weights, self.zone.write
        self.ports.dns = names

    def writer_looks(self) -> int:
        return write_zone(self.ports)


def test_a_weight_is_verified_once_the_writer_has_applied_it() -> None:
    story = Written("A", "AAAA")
    story.prepared()
    change = story.set_to(5)
    assert story.in_force(5, change) == "wait"
    assert story.item().written == {BLUE: 100}
    story.writer_looks()
    assert story.in_force(5, change) == "bake"
    assert story.item().written == {BLUE: 95, GREEN: 5}


def test_a_step_that_is_repeated_before_the_writer_came_is_the_same_step() -> None:
    story = Written()
    story.prepared()
    change = story.set_to(5)
    assert story.set_to(5) == change
    story.writer_looks()
    assert story.in_force(5, change) == "bake"
    assert len(story.zone.batches) == 1


def test_somebody_else_who_writes_before_the_writer_comes_stops_the_step() -> None:
    story = Written()
    story.prepared()
    change = story.set_to(5)
    story.zone.write(HOST, BLUE, 77)
    story.writer_looks()
    with pytest.raises(ForeignWriteError):
        story.in_force(5, change)
    assert story.weights() == {BLUE: 77}


def test_a_step_that_nobody_applied_never_happens_after_the_way_back() -> None:
    story = Written()
    story.prepared()
    story.set_to(5)
    assert story.rolled_back() == "wait"
    story.writer_looks()
    story.time_passes(5)
    assert story.rolled_back() == "go-on"
    assert story.writer_looks() == 0
    assert story.weights() == {BLUE: 100}


@pytest.mark.parametrize("stops", [(), (50,)])
def test_the_way_back_arrives_without_any_writer(stops: tuple[int, ...]) -> None:
    story = Written("A", "AAAA", stops=stops)
    story.prepared()
    change = story.set_to(100)
    story.writer_looks()
    assert story.in_force(100, change) == "bake"
    seconds = 0
    while story.rolled_back() != "go-on":
        story.time_passes(5)
        seconds += 5
        assert seconds < 600
    assert story.weights("A") == story.weights("AAAA") == {BLUE: 100}
    assert seconds <= (len(stops) + 1) * (LEFT_BY_THE_WRITER + 60)
    assert story.writer_looks() == 0


def test_a_shift_that_goes_on_elsewhere_replaces_what_still_waits() -> None:
    story = Written()
    story.prepared()
    change = story.set_to(5)
    story.writer_looks()
    story.in_force(5, change)
    story.set_to(50)
    story.time_passes(1)
    assert story.prepared() == {"next": "step", "weight": 5}
    change = story.set_to(5)
    story.writer_looks()
    assert story.in_force(5, change) == "bake"
    assert story.weights() == {BLUE: 95, GREEN: 5}
