"""In which order the pods of one node go: what the cluster itself needs goes last."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.pod import Pod

CRITICAL_PRIORITY = 2_000_000_000
"""Of ``system-cluster-critical``; users' classes have at most half of it (Kubernetes docs, "Pod Priority")."""
CRITICAL_CLASSES = frozenset({"system-cluster-critical", "system-node-critical"})


def is_critical(pod: Pod) -> bool:
    """Whether others depend on a pod, as a CSI controller or DNS."""
    return pod.priority >= CRITICAL_PRIORITY or pod.priority_class in CRITICAL_CLASSES


def first_tier(pods: Sequence[Pod]) -> list[Pod]:
    """Whose turn it is: critical pods only when nothing else is left, also nothing that still ends (Karpenter)."""
    return [pod for pod in pods if not is_critical(pod)] or list(pods)
