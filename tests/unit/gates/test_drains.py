"""No step passes while so many of green's nodes are being drained that nothing that is measured means anything."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.environment import Interruptions
from norikae.errors import UnreachableError
from norikae.gates.ports import Answers
from norikae.traffic.history import LOOKS_AT_DRAINS
from tests.unit.drain.claims import claim
from tests.unit.fakes.story import BLUE, GREEN, Story

NODES = 10


def baked(*, going: int, nodes: int = NODES, cluster: str = GREEN, **parts: Any) -> Story:
    """A step whose bake is over, while nodes are being drained."""
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.green_nodes(nodes)
    for number in range(going):
        parts = {"state": "draining", "due": 0.0, **parts}
        story.ports.claims.write(claim(number, cluster=cluster, **parts), instead_of=None)
    story.time_passes(400)
    return story


def test_a_step_waits_while_too_many_of_greens_nodes_are_drained_and_says_why() -> None:
    story = baked(going=2)
    answer = story.judged(5)
    assert answer == {
        "next": "bake",
        "weight": 5,
        "waiting_for": f"2 of 10 nodes of {GREEN} are being drained (spot); the step waits",
    }
    assert story.item().weight == 5


def test_fewer_are_no_reason_to_wait() -> None:
    assert baked(going=1).judged(5)["next"] == "step"


def test_the_share_is_the_environments() -> None:
    story = baked(going=1)
    part = Interruptions(unhealthy_percent=10)
    story.ports.environment = msgspec.structs.replace(story.ports.environment, interruptions=part)
    assert story.judged(5)["next"] == "bake"


@pytest.mark.parametrize(
    "parts",
    [
        {"do": "cordon"},
        {"do": "notify"},
        {"state": "waiting"},
        {"due": 2_000_000.0},
        {"kind": "launch"},
        {"state": "finished", "outcome": "drained"},
    ],
)
def test_what_moves_no_pods_is_no_reason_to_wait(parts: dict[str, Any]) -> None:
    assert baked(going=5, **parts).judged(5)["next"] == "step"


def test_nodes_of_blue_are_no_reason_to_wait() -> None:
    assert baked(going=9, cluster=BLUE).judged(5)["next"] == "step"


def test_waiting_is_neither_a_failure_nor_without_a_verdict() -> None:
    story = baked(going=5)
    limit = story.ports.environment.shift.thresholds.inconclusive_limit
    for _ in range(limit + 5):
        assert story.judged(5)["next"] == "bake"
        story.time_passes(30)
    assert story.item().inconclusive == 0
    for number, one in enumerate(story.ports.claims.all(GREEN)):
        done = claim(number, cluster=GREEN, state="finished", outcome="drained")
        story.ports.claims.write(done, instead_of=one)
    assert story.judged(5)["next"] == "step"


def test_a_drain_without_end_holds_the_application_before_its_history_is_full() -> None:
    story = baked(going=5, state="blocked")
    for _ in range(LOOKS_AT_DRAINS):
        assert story.judged(5)["next"] == "bake"
    answer = story.judged(5)
    assert (answer["next"], answer["waiting_for"].partition("; ")[2]) == ("hold", "resume when they have gone")


def test_a_gate_that_fails_meanwhile_fails() -> None:
    story = baked(going=5)
    story.ports.metrics.figures = Answers(requests=100, errors=50)
    assert story.judged(5)["next"] == "roll-back"


def test_nodes_that_cannot_be_counted_are_no_proof_that_they_are_enough() -> None:
    story = baked(going=1)
    api = story.ports.apis[GREEN]
    whole = api.list

    def refuses(resource: str, *more: Any) -> Any:
        if resource == "nodes":
            raise UnreachableError("timed out")
        return whole(resource, *more)

    api.list = refuses  # type: ignore[method-assign,assignment]
    assert story.judged(5)["waiting_for"].startswith(f"1 nodes of {GREEN} are being drained (spot), of how many")


def test_nobody_counts_nodes_while_none_is_drained() -> None:
    story = baked(going=0)
    asked: list[str] = []
    whole = story.ports.apis[GREEN].list

    def notes(resource: str, *more: Any) -> Any:
        asked.append(resource)
        return whole(resource, *more)

    story.ports.apis[GREEN].list = notes  # type: ignore[method-assign,assignment]
    assert story.judged(5)["next"] == "step"
    assert "nodes" not in asked
