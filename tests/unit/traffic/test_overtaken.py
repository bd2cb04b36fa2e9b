"""A weight that was written down, was never seen, and is asked for after all by a function that came too late."""

from __future__ import annotations

import pytest

from norikae.errors import ForeignWriteError
from norikae.traffic.moving import Moving
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, WRITER, Story


def at_five() -> Story:
    story = Story()
    story.prepared()
    story.moved_to(5)
    return story


def moving_of(story: Story) -> Moving:
    return Moving.read(story.ports, WRITER, APP)


def test_a_late_write_of_a_function_that_was_stopped_is_ours() -> None:
    story = at_five()
    moving_of(story).intends(25)
    moving_of(story).intends(0)
    story.ports.dns.write(HOST, BLUE, 75)
    story.ports.dns.write(HOST, GREEN, 25)
    assert moving_of(story).records()


def test_a_weight_that_nobody_wrote_down_is_still_foreign() -> None:
    story = at_five()
    moving_of(story).intends(25)
    moving_of(story).intends(0)
    story.ports.dns.write(HOST, BLUE, 60)
    story.ports.dns.write(HOST, GREEN, 40)
    with pytest.raises(ForeignWriteError):
        moving_of(story).records()
