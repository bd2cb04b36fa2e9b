"""A workload is complete when as many new pods serve as are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.cluster.workloads import node_is_ready, unready_reason
from tests.unit.fakes.demo import node


def workload(kind: str, *, generation: int = 2, **status: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "metadata": {"name": "web", "generation": generation},
        "spec": {"replicas": 2},
        "status": status,
    }


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (workload("Deployment", observedGeneration=1), "deployment web is not looked at by its controller yet"),
        (workload("Deployment", observedGeneration=2, updatedReplicas=1), "deployment web has 1 of 2 pods updated"),
        (
            workload("Deployment", observedGeneration=2, updatedReplicas=2, availableReplicas=1),
            "deployment web has 1 of 2 pods available",
        ),
        (workload("Deployment", observedGeneration=2, updatedReplicas=2, availableReplicas=2), ""),
        (workload("StatefulSet", observedGeneration=2, updatedReplicas=2, readyReplicas=2), ""),
        (
            workload("DaemonSet", observedGeneration=2, desiredNumberScheduled=3, updatedNumberScheduled=3),
            "daemonset web has 0 of 3 pods available",
        ),
        (
            workload(
                "DaemonSet",
                observedGeneration=2,
                desiredNumberScheduled=3,
                updatedNumberScheduled=3,
                numberAvailable=3,
            ),
            "",
        ),
    ],
)
def test_the_reason_names_what_is_missing(found: dict[str, Any], reason: str) -> None:
    assert unready_reason(found) == reason


def test_a_node_is_ready_when_its_kubelet_says_so() -> None:
    assert node_is_ready(node("a"))
    assert not node_is_ready(node("a", ready=False))
    assert not node_is_ready({"metadata": {"name": "new"}, "status": {}})
