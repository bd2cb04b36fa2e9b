"""No step passes while a secret of the application has not reached both clusters."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import UnreachableError
from norikae.secret_sync.carry import carry
from norikae.secret_sync.letter import Check
from norikae.traffic.history import LOOKS_AT_DRAINS
from tests.unit.drain.claims import claim
from tests.unit.fakes.carried import NEW, SECRET, carries, declares, rotated, secret_sync
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.secrets import arn_of
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, Story
from tests.unit.secret_sync.carried import encoded

LAG = f"secrets lag: secretsyncs shop/db on {GREEN} does not have the current version of {SECRET} yet"


def baked(weight: int = 5) -> Story:
    """A step whose bake is over, while the secret was rotated and green has not got it."""
    story = Story()
    story.ports.apis[BLUE] = FakeKubernetes(ingress(APP, HOST, hostname=f"{BLUE}.elb.example"))
    carries(story.ports)
    story.prepared()
    story.moved_to(weight)
    rotated(story.ports, GREEN)
    declares(story.ports, BLUE, secret_sync(NEW))
    story.time_passes(400)
    return story


def checks(story: Story) -> list[Any]:
    return [letter for letter, _ in story.ports.letters.sent]


def test_a_step_waits_while_a_secret_lags_says_why_and_has_it_looked_at() -> None:
    story = baked()
    assert story.judged(5) == {"next": "bake", "weight": 5, "waiting_for": f"{LAG}; the step waits"}
    assert checks(story) == [Check(arn_of(SECRET), why="gate")], "one letter for each look"
    assert story.item().weight == 5


def test_it_goes_on_when_both_clusters_are_current() -> None:
    story = baked()
    story.judged(5)
    declares(story.ports, GREEN, secret_sync(NEW))
    assert story.judged(5)["next"] == "step"
    assert len(checks(story)) == 1


def test_an_event_that_was_lost_is_made_up_for_by_the_look_that_waits() -> None:
    story = baked()
    for cluster in (BLUE, GREEN):
        declares(story.ports, cluster, secret_sync(""))
    for following in ("bake", "step"):
        assert story.judged(5)["next"] == following
        letters = [encoded(letter) for letter in checks(story)]
        carry(story.ports, [{"messageId": f"m{number}", "body": body} for number, body in enumerate(letters)])
    assert story.ports.shelves[GREEN].stored["shop", "db"].version == NEW


def test_a_secret_that_lags_on_blue_alone_is_waited_for_too() -> None:
    story = baked()
    declares(story.ports, GREEN, secret_sync(NEW))
    declares(story.ports, BLUE, secret_sync(f"{SECRET}-v1"))
    assert f"on {BLUE} does not have the current version" in story.judged(5)["waiting_for"]


def test_a_secret_that_never_arrives_holds_the_application_before_its_history_is_full() -> None:
    story = baked()
    for _ in range(LOOKS_AT_DRAINS):
        assert story.judged(5)["next"] == "bake"
        story.time_passes(30)
    answer = story.judged(5)
    assert (answer["next"], answer["waiting_for"]) == ("hold", f"{LAG}; resume when they are current")
    assert story.item().inconclusive == 0


def test_the_looks_are_shared_with_those_that_wait_for_nodes() -> None:
    story = baked()
    story.green_nodes(2)
    going = claim(cluster=GREEN, state="draining", due=0.0)
    story.ports.claims.write(going, instead_of=None)
    for _ in range(LOOKS_AT_DRAINS):
        assert "nodes" in story.judged(5)["waiting_for"]
    assert not checks(story), "nobody asks for secrets when the step waits anyway"
    story.ports.claims.write(claim(cluster=GREEN, state="finished", outcome="drained"), instead_of=going)
    assert story.judged(5)["next"] == "hold"


@pytest.mark.parametrize("bake_is_over", [True, False])
def test_an_abort_never_waits(*, bake_is_over: bool) -> None:
    story = baked()
    story.time_passes(0 if bake_is_over else -390)
    story.operators_say(aborted=True)
    assert story.judged(5)["next"] == "roll-back"
    assert [story.rolled_back() for _ in range(2)] == ["wait", "go-on"]
    assert not story.ports.safe.calls
    assert not checks(story)


def test_nobody_asks_before_the_bake_is_over() -> None:
    story = baked()
    story.time_passes(-390)
    assert story.judged(5)["next"] == "bake"
    assert not story.ports.shelves[GREEN].calls


def test_the_end_of_a_shift_is_no_step() -> None:
    story = baked(100)
    assert story.judged(100)["next"] == "finish"
    assert not story.ports.safe.calls


def test_without_secrets_in_the_environment_nothing_is_asked() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    rotated(story.ports, GREEN, BLUE)
    story.time_passes(400)
    assert story.judged(5)["next"] == "step"
    assert not story.ports.safe.calls
    assert not story.ports.shelves[GREEN].calls
    assert not checks(story)


def test_what_cannot_be_read_is_no_proof() -> None:
    story = baked()
    story.ports.shelves[GREEN].down = UnreachableError("timed out")
    expected = f"secrets lag: what secrets {GREEN} wants cannot be read: timed out; the step waits"
    assert story.judged(5)["waiting_for"] == expected
