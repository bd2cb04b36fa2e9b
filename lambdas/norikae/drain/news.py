"""What people have still to hear about a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from norikae.drain.claim import Claim

ENDS_QUIETLY = frozenset({"gone", "cancelled", "kept"})
"""Ends that nobody has to hear of who heard of no beginning."""


def stage(claim: Claim) -> str:
    """How far an episode is, in the words of the messages: ``waiting``, ``begun``, ``blocked``, or its outcome."""
    if claim.state == "finished":
        return claim.outcome
    return claim.state if claim.state in {"waiting", "blocked"} else "begun"


def is_news(claim: Claim) -> bool:
    """Whether people want to hear where a claim is: not again, not back from ``blocked``, and of no quiet end."""
    now = stage(claim)
    if not claim.told and now in ENDS_QUIETLY:
        return bool(claim.lost)
    if claim.kind == "launch" and now in {"waiting", "begun", "joined"}:
        return False
    return now != claim.told and not (claim.told == "blocked" and now == "begun")
