"""Which pods of a node have to move, which stay with it, and which have to be waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from norikae.drain.node import TAINT

if TYPE_CHECKING:
    from norikae.drain.pod import Pod, Toleration

DO_NOT_EVICT = "norikae.dev/do-not-evict"
"""Annotation of a pod, "true": it is not asked to go; what happens at the deadline is the policy's to say."""
ENDED = ("Succeeded", "Failed")

Fate = Literal["stays", "goes", "moves", "kept"]
"""``stays``: no business of a drain. ``goes``: it ends already. ``moves``: it is asked to. ``kept``: it opted out."""


def fate(pod: Pod, kind: str) -> Fate:
    """What a drain does about a pod; kubectl's matrix with Karpenter's rule for tolerations.

    A naked pod and one with an emptyDir volume move as well: kubectl asks for a flag before it loses them, but here the
    machine goes, and what is not moved is lost without its grace period. A pod that has ended is deletable whoever owns
    it. A DaemonSet's pod would come back at once; one whose DaemonSet was deleted without it has no owner any more
    (the garbage collector takes the reference away), so it moves like a naked one. A pod that tolerates our taint would
    come back, too; one that only tolerates ``node.kubernetes.io/unschedulable`` would not.

    Args:
        pod: one that is bound to the node.
        kind: why the node goes, which is our taint's value.
    """
    if pod.mirror:
        return "stays"
    if pod.phase not in ENDED and (pod.owner == "DaemonSet" or _tolerates(pod, kind)):
        return "stays"
    if pod.deleted_at is not None:
        return "goes"
    if pod.annotations.get(DO_NOT_EVICT) == "true" and pod.phase not in ENDED:
        return "kept"
    return "moves"


def _tolerates(pod: Pod, kind: str) -> bool:
    return any(_covers(one, kind) for one in pod.tolerations)


def _covers(toleration: Toleration, kind: str) -> bool:
    """Whether a toleration fits our taint (Kubernetes docs, "Taints and Tolerations")."""
    if toleration.effect not in {"", "NoSchedule"}:
        return False
    if toleration.operator == "Exists":
        return toleration.key in {"", TAINT}
    return (toleration.key, toleration.value) == (TAINT, kind)
