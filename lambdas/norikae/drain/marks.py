"""Our mark on a node, as one merge patch, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.node import DEADLINE, EPISODE, EXCLUDED, TAINT, Taint

if TYPE_CHECKING:
    from norikae.drain.claim import Claim
    from norikae.drain.node import Node


def is_marked(node: Node) -> bool:
    """Whether a node takes no new pods on our account."""
    return node.unschedulable and any(taint.key == TAINT for taint in node.taints)


def mark(node: Node, claim: Claim, deadline: str) -> dict[str, Any]:
    """The merge patch that puts the mark of a claim on a node as it was read.

    A merge patch replaces the whole list of taints, so the others go with it, under the precondition of the version.

    Args:
        node: as it was read.
        claim: whose mark.
        deadline: in RFC 3339.
    """
    ours = Taint(key=TAINT, effect="NoSchedule", value=claim.kind)
    return {
        "metadata": {
            "resourceVersion": node.version,
            "labels": {EXCLUDED: "true"},
            "annotations": {DEADLINE: deadline, EPISODE: claim.episode},
        },
        "spec": {"unschedulable": True, "taints": _taints(node, ours)},
    }


def unmark(node: Node, claim: Claim) -> dict[str, Any] | None:
    """The merge patch that takes the mark of a claim away; None when the node does not carry it."""
    if node.annotations.get(EPISODE) != claim.episode:
        return None
    return {
        "metadata": {
            "resourceVersion": node.version,
            "labels": {EXCLUDED: None},
            "annotations": {DEADLINE: None, EPISODE: None},
        },
        "spec": {"unschedulable": None, "taints": _taints(node) or None},
    }


def _taints(node: Node, *more: Taint) -> list[Any]:
    others = [taint for taint in node.taints if taint.key != TAINT]
    return [msgspec.to_builtins(taint) for taint in (*others, *more)]
