"""An autoscaler follows what its pods use, as late and as carefully as the real one."""

from __future__ import annotations

import pytest

from local.cluster.autoscaling import recommended, stabilised
from local.edge.pod_load import PATIENCE_SECONDS, WINDOW_SECONDS, PodLoad


@pytest.mark.parametrize(
    ("current", "ready", "unready", "wanted"),
    [
        (4, [60.0] * 4, 0, 4),
        (4, [65.0] * 4, 0, 4),
        (4, [54.5] * 4, 0, 4),
        (4, [90.0] * 4, 0, 6),
        (4, [20.0] * 4, 0, 2),
        (4, [0.0] * 4, 0, 0),
        (4, [100.0, 100.0], 2, 4),
        (2, [100.0, 100.0], 1, 4),
        (3, [], 3, 3),
    ],
)
def test_replicas_follow_the_cpu_that_ready_pods_use(
    current: int, ready: list[float], unready: int, wanted: int
) -> None:
    assert recommended(current, 60, ready, unready) == wanted


def test_scaling_out_is_bounded_and_scaling_in_waits_for_the_largest_of_the_window() -> None:
    assert stabilised(2, 20, []) == 6
    assert stabilised(10, 30, []) == 20
    assert stabilised(10, 3, [8, 5]) == 8
    assert stabilised(10, 3, [12]) == 10
    assert stabilised(10, 3, [3, 2]) == 3


def test_a_pod_turns_away_what_would_wait_too_long() -> None:
    pod = PodLoad(2.0)
    waits = [pod.admit(0.0) for _ in range(30)]
    served = [wait for wait in waits if wait is not None]
    assert served[:3] == [0.0, 0.5, 1.0]
    assert max(served) == PATIENCE_SECONDS
    assert len(served) == int(2 * PATIENCE_SECONDS) + 1
    assert pod.admit(1.0) is not None, "a second later there is room again"


def test_a_pod_that_works_all_the_time_uses_all_that_it_requests() -> None:
    pod = PodLoad(2.0)
    for half_seconds in range(200):
        pod.admit(half_seconds / 2)
    assert pod.utilization(99.6) == pytest.approx(100, abs=2)
    assert pod.utilization(99.6 + WINDOW_SECONDS / 2) == pytest.approx(50, abs=3)
    assert pod.utilization(99.6 + 2 * WINDOW_SECONDS) == 0
