"""The first weight waits for secrets, whether or not green has to grow as well."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.secret_sync.letter import Check
from tests.unit.fakes.carried import NEW, SECRET, carries, declares, rotated, secret_sync
from tests.unit.fakes.scaling import Scaling
from tests.unit.fakes.secrets import arn_of
from tests.unit.fakes.story import APP, BLUE, GREEN

LAG = f"secrets lag: secretsyncs shop/db on {GREEN} does not have the current version of {SECRET} yet"
Json = dict[str, Any]


def lagging(**parts: Any) -> Scaling:
    """A rotation has reached blue and not green."""
    story = Scaling(**parts)
    carries(story.ports)
    rotated(story.ports, GREEN)
    declares(story.ports, BLUE, secret_sync(NEW))
    return story


def arrives(story: Scaling) -> None:
    declares(story.ports, GREEN, secret_sync(NEW))


def test_the_first_weight_waits_and_has_the_secret_looked_at() -> None:
    story = lagging(blue=2)
    answer = story.scaled()
    assert (answer["next"], answer["waiting_for"]) == ("wait", f"{LAG}; the first weight waits")
    assert answer["retry_after_seconds"] == 10
    assert story.ports.letters.sent == [(Check(arn_of(SECRET), why="gate"), 0)]
    arrives(story)
    assert story.scaled()["next"] == "go-on"


def test_green_grows_meanwhile() -> None:
    story = lagging()
    pods = f"Deployment shop/{APP} on {GREEN} has 2 ready pods of 8 that blue has"
    assert story.scaled()["waiting_for"] == f"{pods} | {LAG}; the first weight waits"
    story.pods(GREEN, 8)
    story.scaled()  # the minimum is there now, and whether an autoscaler takes pods away is asked once more
    assert story.scaled()["waiting_for"] == f"{LAG}; the first weight waits"
    arrives(story)
    assert story.scaled()["next"] == "go-on"


@pytest.mark.parametrize("scales", [True, False])
def test_after_the_deadline_it_holds_and_whoever_resumes_gets_a_shorter_wait(*, scales: bool) -> None:
    story = lagging(blue=2)
    story.sets(scale=scales)
    assert story.scaled()["next"] == "wait"
    story.time_passes(601)
    answer = story.scaled()
    assert answer["next"] == "hold"
    assert answer["waiting_for"] == f"{LAG}; the first weight has waited for 600 s; resume when they are current"
    story.time_passes(7200)
    assert story.scaled()["next"] == "wait"
    story.time_passes(301)
    assert story.scaled()["next"] == "hold"


def test_a_rotation_long_after_green_grew_is_waited_for_from_its_own_beginning() -> None:
    story = lagging(blue=2)
    arrives(story)
    assert story.scaled()["next"] == "go-on"
    story.time_passes(7200)  # the application was held after that, before its first weight
    story.ports.safe.rotate(SECRET, {})
    assert story.scaled()["next"] == "wait"


def test_a_weight_that_is_in_force_is_written_once_more_without_waiting() -> None:
    story = lagging(blue=2)
    story.prepared()
    story.moved_to(5)
    assert story.scaled(5)["next"] == "go-on"


def test_an_abort_never_waits() -> None:
    story = lagging()
    story.operators_say(aborted=True)
    assert story.scaled()["next"] == "roll-back"
    assert not story.ports.safe.calls
    assert not story.ports.letters.sent


def test_without_secrets_in_the_environment_nothing_is_asked() -> None:
    story = Scaling(blue=2)
    rotated(story.ports, GREEN, BLUE)
    assert story.scaled()["next"] == "go-on"
    assert not story.ports.safe.calls
    assert not story.ports.shelves[GREEN].calls
    assert not story.ports.letters.sent


def test_secrets_of_other_namespaces_are_others() -> None:
    story = lagging(blue=2)
    arrives(story)
    declares(story.ports, GREEN, secret_sync("", namespace="billing"))
    assert story.scaled()["next"] == "go-on"
