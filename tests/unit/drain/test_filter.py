"""Which pods move: kubectl's matrix and Karpenter's termination cases about pods, one row per behaviour.

Merged: kubectl's rows with and without ``--force`` and ``--delete-emptydir-data`` (here pods always move, as with the
flags), those for ReplicaSet, ReplicationController, StatefulSet and Job (one rule: any controller but DaemonSet), and
orphaned DaemonSet pods with naked ones: the garbage collector takes their reference away. Left out: a lookup of the
DaemonSet that fails, since none is looked up, and additional filters, since there are none.
"""

from __future__ import annotations

from typing import Any

import pytest

from norikae.drain.filter import DO_NOT_EVICT, fate
from norikae.drain.node import TAINT
from norikae.drain.pod import Pod, Toleration
from norikae.drain.tiers import first_tier


def pod(name: str = "web", **more: Any) -> Pod:
    return Pod(namespace="shop", name=name, uid=name, node="node-1", **{"owner": "ReplicaSet", **more})


DAEMON = {"owner": "DaemonSet"}
ENDS = {"deleted_at": 1_000_030.0}
EVERYTHING = (Toleration(operator="Exists"),)


@pytest.mark.parametrize(
    ("what", "more", "expected"),
    [
        ("managed by a ReplicaSet", {}, "moves"),
        ("managed by a Job", {"owner": "Job"}, "moves"),
        ("managed by a StatefulSet", {"owner": "StatefulSet"}, "moves"),
        ("naked", {"owner": ""}, "moves"),
        ("with an emptyDir", {"empty_dir": True}, "moves"),
        ("pending", {"phase": "Pending", "ready": False}, "moves"),
        ("ended well", {"phase": "Succeeded"}, "moves"),
        ("failed", {"phase": "Failed"}, "moves"),
        ("ended and naked", {"phase": "Failed", "owner": ""}, "moves"),
        ("of a DaemonSet", DAEMON, "stays"),
        ("of a DaemonSet with an emptyDir", {**DAEMON, "empty_dir": True}, "stays"),
        ("of a DaemonSet, and ended", {**DAEMON, "phase": "Succeeded"}, "moves"),
        ("of a DaemonSet that was deleted without it", {"owner": "", "tolerations": ()}, "moves"),
        ("of a DaemonSet, and ending", {**DAEMON, **ENDS}, "stays"),
        ("a mirror", {"owner": "Node", "mirror": True}, "stays"),
        ("a mirror, and ended", {"owner": "Node", "mirror": True, "phase": "Failed"}, "stays"),
        ("ending already", ENDS, "goes"),
        ("opted out", {"annotations": {DO_NOT_EVICT: "true"}}, "kept"),
        ("opted out in other words", {"annotations": {DO_NOT_EVICT: "yes"}}, "moves"),
        ("opted out, and ended", {"annotations": {DO_NOT_EVICT: "true"}, "phase": "Succeeded"}, "moves"),
        ("opted out, and ending", {"annotations": {DO_NOT_EVICT: "true"}, **ENDS}, "goes"),
        ("tolerating our taint by Exists", {"tolerations": (Toleration(TAINT, "Exists"),)}, "stays"),
        ("tolerating our taint by its value", {"tolerations": (Toleration(TAINT, "Equal", "spot"),)}, "stays"),
        ("tolerating our taint of another kind", {"tolerations": (Toleration(TAINT, "Equal", "scaling"),)}, "moves"),
        (
            "tolerating our taint without its effect",
            {"tolerations": (Toleration(TAINT, "Exists", "", "NoExecute"),)},
            "moves",
        ),
        ("tolerating everything", {"tolerations": EVERYTHING}, "stays"),
        ("tolerating everything, and ended", {"tolerations": EVERYTHING, "phase": "Failed"}, "moves"),
        (
            "tolerating only a cordon",
            {"tolerations": (Toleration("node.kubernetes.io/unschedulable", "Exists"),)},
            "moves",
        ),
    ],
)
def test_what_becomes_of_a_pod(what: str, more: dict[str, Any], expected: str) -> None:
    assert fate(pod(**more), "spot") == expected, what


CRITICAL = {"priority": 2_000_000_000, "priority_class": "system-cluster-critical"}


@pytest.mark.parametrize(
    ("pods", "turn"),
    [
        ([], []),
        ([pod("web"), pod("dns", **CRITICAL)], ["web"]),
        ([pod("web", **ENDS), pod("dns", **CRITICAL)], ["web"]),
        ([pod("dns", **CRITICAL), pod("csi", priority=2_000_001_000)], ["dns", "csi"]),
        ([pod("web", priority=1_000_000_000), pod("dns", priority_class="system-node-critical")], ["web"]),
    ],
    ids=["an empty node", "others first", "others that still end", "only critical ones", "a user's highest priority"],
)
def test_critical_pods_wait_until_the_others_are_gone(pods: list[Pod], turn: list[str]) -> None:
    assert [one.name for one in first_tier(pods)] == turn
