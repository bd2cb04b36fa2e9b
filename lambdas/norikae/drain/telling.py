"""What people hear of a drain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.notify.tell import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.claim import Claim
    from norikae.ports import Ports


def tell_changes(ports: Ports, changed: Sequence[Claim]) -> None:
    """People know how far the nodes are whose claims changed.

    Args:
        ports: the world.
        changed: claims as they are in the table now.
    """
    for claim in changed:
        word = claim.outcome or claim.state
        text = f"Node {claim.node or claim.instance} of {claim.cluster}: {word} ({claim.kind})"
        facts: dict[str, Any] = {
            "cluster": claim.cluster,
            "node": claim.node,
            "instance": claim.instance,
            "kind": claim.kind,
        }
        tell(ports, "node-drain", text, **facts, state=word, left=claim.left, blocked_by=list(claim.blocked_by))
