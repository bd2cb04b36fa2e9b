"""What the demo finds out about secrets that rotate: whether they arrived, and whether a step was taken too early."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.route53.record import RecordSet
from local.aws.route53.zone import AppliedBatch, Change
from local.demo.rotation import Carried, Rotated
from local.demo.rotation_checks import RACE_SECONDS, Step, rotation_checks, steps

BLUE, GREEN = "demo-1-33", "demo-1-35-a"
NAME, HOST = "demo/chat-api/db", "chat-api.demo.example.com"
BOTH = frozenset({BLUE, GREEN})


class _Ingress:
    namespace = "chat"


def application() -> Any:
    class Found:
        name, ingresses = "chat-api", (_Ingress(),)

    return Found()


def batch(at: float, weight: int, identifier: str = GREEN, action: str = "UPSERT") -> AppliedBatch:
    record = RecordSet(f"{HOST}.", "A", identifier, weight)
    return AppliedBatch(at, at, "set_weights", "Z", f"C{at}", "", (Change(action, record),))


def carried(arrived: dict[str, float], at: float = 1000.0) -> Carried:
    """A rotation of one secret that two clusters have."""
    seen = Carried(rotated=[Rotated(NAME, 2, at, BOTH, arrived)], current={NAME: [(0.0, 1), (at, 2)]})
    for cluster in BOTH:
        held = [(0.0, 1), *([(at + arrived[cluster], 2)] if cluster in arrived else [])]
        seen.held[NAME, cluster] = held
    return seen


def holds(seen: Carried, *taken: Step, everything: bool = False) -> list[bool]:
    return [one.holds for one in rotation_checks(seen, taken, [application()], everything=everything)]


def test_only_more_weight_for_green_is_a_step() -> None:
    history = [
        batch(1, 100, BLUE),
        batch(2, 0),
        batch(3, 5),
        batch(4, 5),
        batch(5, 95, BLUE),
        batch(6, 25),
        batch(7, 5),
    ]

    assert [(one.at, one.weight) for one in steps(history, {HOST: "chat-api"}, frozenset({BLUE}))] == [(3, 5), (6, 25)]


def test_a_secret_that_is_everywhere_before_the_next_step_is_fine() -> None:
    assert holds(carried({BLUE: 1.0, GREEN: 2.4}), Step("chat-api", 1100, 50)) == [True, True]


@pytest.mark.parametrize("cluster", [BLUE, GREEN])
def test_a_step_while_one_cluster_lags_is_found(cluster: str) -> None:
    seen = carried({BLUE: 1.0, GREEN: 1.0, cluster: 300.0})
    late = rotation_checks(seen, [Step("chat-api", 1100, 50)], [application()], everything=False)[1]

    assert not late.holds
    assert late.detail == f"chat-api went to 50 % while {NAME} was behind on {cluster}"
    assert holds(seen, Step("chat-api", 1301, 50)) == [True, True]


def test_nobody_is_blamed_for_a_rotation_between_the_look_and_the_write() -> None:
    assert holds(carried({BLUE: 60.0, GREEN: 60.0}), Step("chat-api", 1000 + RACE_SECONDS - 1, 50)) == [True, True]


def test_a_secret_that_never_comes_to_a_cluster_is_named() -> None:
    check = rotation_checks(carried({BLUE: 1.0}), [Step("chat-api", 900, 50)], [application()], everything=False)[0]

    assert (check.holds, check.detail) == (False, f"{NAME} on {GREEN}")


def test_a_story_in_which_nothing_went_wrong_shows_nothing_of_what_goes_wrong() -> None:
    seen = carried({BLUE: 1.0, GREEN: 1.0})
    assert holds(seen, Step("chat-api", 1100, 50), everything=True) == [True, True, False]
    seen.lost, seen.doubled, seen.unreachable = 1, 1, GREEN
    assert holds(seen, Step("chat-api", 1100, 50), everything=True) == [True, True, True]
