"""The lifecycle action that waits for a drain: its time is prolonged, and it is answered once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.drain.acts import Beat, Continue

if TYPE_CHECKING:
    from norikae.drain.claim import Claim


def waits(claim: Claim) -> bool:
    """Whether a lifecycle action waits for us; where a policy touches no node, it is somebody else's to answer."""
    return claim.hook is not None and not claim.hook_done and claim.do in {"cordon", "drain"}


def beat(claim: Claim, heartbeat_seconds: int, now: float) -> tuple[Beat, ...]:
    """A heartbeat when less than half of the hook's time is left.

    Never for a spot machine: its two minutes are EC2's and no heartbeat prolongs them; and never for a machine that
    joins, whose hook has the time that its owner gave it.

    Args:
        claim: the node's.
        heartbeat_seconds: HeartbeatTimeout; 0 when it is not known.
        now: the instant.
    """
    if not waits(claim) or heartbeat_seconds <= 0 or {"spot", "launch"} & set(claim.kinds):
        return ()
    since = now - max(claim.beat_at, claim.began)
    return (Beat(),) if since > heartbeat_seconds / 2 else ()


def answered(claim: Claim) -> tuple[Claim, tuple[Continue, ...]]:
    """The claim with its lifecycle action answered, and the act that answers it if there is one to answer.

    Where the policy wants no more than words the action is somebody else's: an answer would end the machine under them.
    """
    if not waits(claim) or claim.do not in {"cordon", "drain"}:
        return claim, ()
    return msgspec.structs.replace(claim, hook_done=True), (Continue(),)
