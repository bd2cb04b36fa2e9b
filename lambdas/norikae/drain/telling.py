"""What people hear of a drain, in its shortest form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.notify.tell import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.claim import Claim
    from norikae.ports import Ports


def tell_changes(ports: Ports, changed: Sequence[Claim]) -> tuple[Claim, ...]:
    """People know, at least once, what is new about the claims; whoever asked has to write down what is returned.

    Args:
        ports: the world.
        changed: claims as they are now, also those about which there is nothing to say.
    """
    return tuple(_told(ports, claim) for claim in changed if claim.told != _stage(claim))


def _told(ports: Ports, claim: Claim) -> Claim:
    stage = _stage(claim)
    text = f"Node {claim.node or claim.instance} of {claim.cluster}: {stage} ({claim.kind})"
    facts: dict[str, Any] = {"cluster": claim.cluster, "node": claim.node, "instance": claim.instance}
    tell(ports, "interruption", text, **facts, kind=claim.kind, state=stage, blocked_by=list(claim.blocked_by))
    return msgspec.structs.replace(claim, told=stage)


def _stage(claim: Claim) -> str:
    if claim.state == "finished":
        return claim.outcome
    return claim.state if claim.state in {"waiting", "blocked"} else "begun"
