"""What a slice remembers of answers."""

from __future__ import annotations

import pytest

from norikae.drain.pod import Pod
from norikae.drain.ports import Answer
from norikae.drain.sight import Memory

WEB = Pod(namespace="shop", name="web", uid="1", node="node-1")


def refused(memory: Memory, now: float, retry_after: float = 0.0, jitter: float = 1.0) -> None:
    memory.hear(WEB, Answer("budget", retry_after), ("shop/web",), now, jitter=jitter)


def test_a_budget_that_refuses_again_rests_twice_as_long_up_to_ten_seconds() -> None:
    memory, now, rests = Memory(), 100.0, []
    for _ in range(7):
        refused(memory, now)
        rests.append(memory.rests["shop/web"].until - now)
        now = memory.rests["shop/web"].until
    assert rests == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_jitter_shortens_a_rest_by_up_to_half() -> None:
    memory = Memory()
    refused(memory, 100.0, jitter=0.0)
    assert memory.rests["shop/web"].until == 100.25


def test_the_refusals_of_one_volley_count_once() -> None:
    memory = Memory()
    refused(memory, 100.0)
    refused(memory, 100.01)
    assert memory.rests["shop/web"].seconds == 0.5


def test_a_budget_whose_controller_is_late_rests_as_long_as_the_server_asks() -> None:
    memory = Memory()
    refused(memory, 100.0, retry_after=10.0)
    assert memory.resting(109.9) == {"shop/web"}
    assert memory.resting(110.0) == frozenset()


def test_an_eviction_that_works_ends_the_doubling() -> None:
    memory = Memory()
    refused(memory, 100.0)
    memory.hear(WEB, Answer("going"), ("shop/web",), 101.0, jitter=1.0)
    refused(memory, 102.0)
    assert memory.rests["shop/web"].seconds == 0.5


@pytest.mark.parametrize(("retry_after", "until"), [(0.0, 101.0), (3.0, 103.0)])
def test_a_server_that_wants_less_is_left_alone(retry_after: float, until: float) -> None:
    memory = Memory()
    memory.hear(WEB, Answer("slow-down", retry_after), (), 100.0, jitter=1.0)
    assert memory.quiet_until == until
    assert not memory.is_asked(WEB, 100.0)


@pytest.mark.parametrize(
    ("said", "kept"), [("two-budgets", True), ("forbidden", True), ("leaving", False), ("failed", False)]
)
def test_what_cannot_go_says_why(said: str, *, kept: bool) -> None:
    memory = Memory()
    memory.hear(WEB, Answer(said, text="no"), (), 100.0, jitter=1.0)  # type: ignore[arg-type]
    assert (WEB.uid in memory.refused) is kept
    assert memory.is_asked(WEB, 101.0)
