"""Our mark on a node, as one merge patch, and the patch that takes it off again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.node import CORDONED, DEADLINE, EPISODE, EXCLUDED, OURS, TAINT, Taint

if TYPE_CHECKING:
    from norikae.drain.claim import Claim
    from norikae.drain.node import Node

Patch = dict[str, Any]


def is_marked(node: Node) -> bool:
    """Whether a node takes no new pods on our account."""
    return node.unschedulable and any(taint.key == TAINT for taint in node.taints)


def mark(node: Node, claim: Claim) -> Patch | None:
    """The patch that puts a claim's mark on a node as it was read; None when it carries that already.

    A merge patch replaces a list as a whole (RFC 7386), so the taints of others are carried along, under the
    precondition that the node still is what was read.

    Args:
        node: as it was read.
        claim: whose mark.
    """
    annotations = {DEADLINE: _rfc3339(claim.deadline), EPISODE: claim.episode}
    if node.unschedulable and not is_marked(node):
        annotations[CORDONED] = "true"
    ours = Taint(key=TAINT, effect="NoSchedule", value=claim.kind)
    if is_marked(node) and ours in _without_times(node) and annotations.items() <= node.annotations.items():
        return None
    label = {} if EXCLUDED in node.labels else {EXCLUDED: OURS}
    return {
        "metadata": {"resourceVersion": node.version, "labels": label, "annotations": annotations},
        "spec": {"unschedulable": True, "taints": [*_taints_of_others(node), msgspec.to_builtins(ours)]},
    }


def unmark(node: Node, claim: Claim) -> Patch | None:
    """The patch that takes a claim's mark off a node, and nothing of anybody else's; None when it does not carry it.

    Args:
        node: as it was read.
        claim: whose mark.
    """
    return without_mark(node) if node.annotations.get(EPISODE) == claim.episode else None


def without_mark(node: Node) -> Patch:
    """The patch that takes a mark of ours off a node, whosever it was, and nothing of anybody else's.

    Args:
        node: as it was read.
    """
    ours = node.labels.get(EXCLUDED) == OURS
    opens = is_marked(node) and CORDONED not in node.annotations
    return {
        "metadata": {
            "resourceVersion": node.version,
            "labels": {EXCLUDED: None} if ours else {},
            "annotations": dict.fromkeys((DEADLINE, EPISODE, CORDONED)),
        },
        "spec": {**({"unschedulable": None} if opens else {}), "taints": _taints_of_others(node)},
    }


def _taints_of_others(node: Node) -> list[Any]:
    return [msgspec.to_builtins(taint) for taint in node.taints if taint.key != TAINT]


def _without_times(node: Node) -> list[Taint]:
    return [msgspec.structs.replace(taint, timeAdded="") for taint in node.taints]


def _rfc3339(instant: float) -> str:
    return datetime.fromtimestamp(int(instant), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
