"""The soak with background gates: what fails stops it, what cannot be told lets it end not before it can."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.approvals.ask import hold_upgrade
from norikae.environment import GateLimits
from norikae.errors import RefusedError, UnreachableError
from norikae.gates.ports import Answers
from norikae.upgrade.soak import soak
from tests.unit.fakes.story import APP, GREEN, RUN, WRITER, Story


def soaking(*background: str, limits: tuple[GateLimits, ...] = ()) -> Story:
    """An application that has been on green for the whole soak."""
    story = Story()
    environment = story.ports.environment
    shift = msgspec.structs.replace(environment.shift, background=background, limits=limits)
    story.ports.environment = msgspec.structs.replace(environment, shift=shift)
    story.moved()
    return story


def over(story: Story) -> dict[str, Any]:
    story.time_passes(story.ports.environment.soak.duration)
    return soak(story.ports, WRITER)


def test_a_soak_ends_when_its_background_gates_pass() -> None:
    story = soaking("http-5xx", "target-health")
    assert soak(story.ports, WRITER)["next"] == "wait"
    assert over(story)["next"] == "go-on"


def test_a_background_gate_that_fails_holds_the_run_and_says_what_to_do() -> None:
    story = soaking("http-5xx")
    story.ports.metrics.figures = Answers(100, 50)
    said = r"billing fails in the soak, background gate http-5xx: 50 of 100 .*; repair it on green, then resume"
    with pytest.raises(RefusedError, match=said):
        soak(story.ports, WRITER)
    with pytest.raises(RefusedError, match=said):  # a look that is done again decides the same
        soak(story.ports, WRITER)
    story.ports.metrics.figures = Answers(100, 0)
    hold_upgrade(story.ports, WRITER, "token", {})
    assert over(story)["next"] == "go-on", "what failed before the repair does not count after it"


def test_a_background_gate_that_fails_sends_everything_back_when_that_is_the_policy() -> None:
    story = soaking("http-5xx")
    story.sets(on_failure="roll-back-all")
    story.ports.metrics.figures = Answers(100, 50)
    answer = soak(story.ports, WRITER)
    assert answer["next"] == "abort"
    assert "background gate http-5xx" in answer["waiting_for"]
    assert "gate-failed" in story.ports.table.said()
    assert soak(story.ports, WRITER)["next"] == "abort", "also when the look is done again"


def test_a_soak_does_not_end_while_a_background_gate_cannot_tell() -> None:
    story = soaking("http-5xx")
    story.ports.metrics.figures = Answers(1, 0)
    assert soak(story.ports, WRITER)["next"] == "wait"
    answer = over(story)
    assert answer["next"] == "wait"
    assert answer["waiting_for"].startswith("billing: background gate http-5xx: 1 requests in ")
    story.time_passes(2 * story.ports.environment.soak.poll + 1)
    assert soak(story.ports, WRITER)["next"] == "hold", "nor does it wait for ever"


def test_figures_that_cannot_be_read_hold_the_run_after_their_limit() -> None:
    limits = (GateLimits(gates=("http-5xx",), interval=60, error_limit=1),)
    story = soaking("http-5xx", limits=limits)
    story.ports.metrics.broken["answers"] = UnreachableError("monitoring: timed out")
    story.time_passes(60)
    assert soak(story.ports, WRITER)["next"] == "wait"
    story.time_passes(60)
    with pytest.raises(RefusedError, match="cannot be judged in the soak, background gate http-5xx: cannot be read"):
        soak(story.ports, WRITER)
    hold_upgrade(story.ports, WRITER, "token", {})
    assert soak(story.ports, WRITER)["next"] == "wait", "after a hold it counts anew"


def test_what_the_soak_counts_stays_with_the_application() -> None:
    limits = (GateLimits(gates=("http-5xx",), interval=60, failure_limit=1),)
    story = soaking("http-5xx", limits=limits)
    story.ports.metrics.figures = Answers(100, 50)
    story.time_passes(60)
    assert soak(story.ports, WRITER)["next"] == "wait"
    assert story.item().gates["http-5xx"].failed == 1
    story.time_passes(60)
    with pytest.raises(RefusedError, match="failed 2 times, 1 tolerated"):
        soak(story.ports, WRITER)


def test_blue_may_be_compared_with_in_the_soak_only_where_it_still_serves() -> None:
    story = soaking("http-5xx")
    story.ports.metrics.blue = Answers(0, 0)
    assert over(story)["next"] == "go-on"
    assert story.ports.table.read(RUN, f"APP#{APP}", dict) is not None
    assert [name for name, _ in story.ports.load_balancers.asked][-1] != f"{GREEN}.elb.example", "blue was looked up"
