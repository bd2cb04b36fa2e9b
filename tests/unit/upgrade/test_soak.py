"""The soak: every application at 100 on a healthy green for all of it, or it begins anew."""

from __future__ import annotations

import msgspec
import pytest

from norikae.errors import ForeignWriteError, RefusedError
from norikae.upgrade.soak import soak
from norikae.upgrade.state import PhaseItem
from tests.unit.drain.claims import claim
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, WRITER, Story


def soaking(story: Story) -> str:
    return str(soak(story.ports, WRITER)["next"])


def duration(story: Story) -> int:
    return int(story.ports.environment.soak.duration)


def test_the_soak_counts_from_the_last_application_that_arrived() -> None:
    story = Story()
    story.moved()
    assert soaking(story) == "wait"
    story.time_passes(duration(story))
    assert soaking(story) == "go-on"


def test_the_soak_refuses_while_an_application_is_not_there() -> None:
    story = Story(applications=(APP, "shop"))
    story.moved()
    with pytest.raises(RefusedError, match="shop has 0 of 100 on green"):
        soaking(story)
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    assert item.phase == "shift-applications"


def test_the_soak_refuses_when_green_is_not_healthy() -> None:
    story = Story()
    story.moved()
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    with pytest.raises(RefusedError, match="not healthy on green"):
        soaking(story)


def test_the_soak_does_not_end_while_too_many_of_greens_nodes_are_drained_and_those_of_blue_do_not_matter() -> None:
    story = Story()
    story.moved()
    for cluster in (BLUE, GREEN):
        drained = claim(cluster=cluster, state="draining", due=0.0)
        story.ports.claims.write(drained, instead_of=None)
    story.green_nodes(4)
    story.time_passes(duration(story))
    answer = soak(story.ports, WRITER)
    assert (answer["next"], answer["waiting_for"]) == ("wait", f"1 of 4 nodes of {GREEN} are being drained (spot)")
    known = story.ports.claims.of(GREEN, drained.instance)
    assert known is not None
    done = msgspec.structs.replace(known, state="finished", outcome="drained")
    story.ports.claims.write(done, instead_of=known)
    assert soaking(story) == "go-on"


def test_a_weight_that_somebody_else_lowered_and_raised_again_begins_the_soak_anew() -> None:
    story = Story()
    story.moved()
    story.time_passes(duration(story) - 60)
    story.ports.dns.write(HOST, BLUE, 50)
    for _ in range(2):  # seen, and seen again by a resume that came too early
        with pytest.raises(ForeignWriteError):
            soaking(story)
        story.time_passes(600)
    story.ports.dns.write(HOST, BLUE, 0)
    story.time_passes(600)
    assert soak(story.ports, WRITER)["waiting_for"] == f"{duration(story)} s of the soak are left"
    story.time_passes(duration(story) - 1)
    assert soaking(story) == "wait"
    story.time_passes(1)
    assert soaking(story) == "go-on"


def test_a_green_that_was_not_well_in_between_begins_the_soak_anew() -> None:
    story = Story()
    story.moved()
    soaking(story)
    story.time_passes(duration(story) + 3600)
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    with pytest.raises(RefusedError):
        soaking(story)
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (2, 2)
    assert soaking(story) == "wait"
    story.time_passes(duration(story))
    assert soaking(story) == "go-on"


def test_a_step_that_baked_once_more_begins_the_soak_anew() -> None:
    story = Story()
    story.moved()
    story.time_passes(duration(story))
    again = msgspec.structs.replace(story.item(), verified_at=story.ports.now - 10)
    story.ports.table.write(WRITER, f"APP#{APP}", again)
    assert soak(story.ports, WRITER)["waiting_for"] == f"{duration(story) - 10} s of the soak are left"
