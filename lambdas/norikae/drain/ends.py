"""When a machine goes, as a drain has to reckon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain.interruption import FINAL

if TYPE_CHECKING:
    from norikae.drain.claim import Claim

AFTERMATH = 15.0
"""Seconds after a deadline in which pods that were deleted at it may still end, unless the machine's end is known."""
LONGEST_MARGIN = 60.0
"""Seconds from our deadline to the machine's end (``interruptions.margin``); a later end is another event's."""
OURS_TO_END = frozenset({"decommission"})
"""Kinds after which we take the machine away ourselves, so that it waits for us."""


def end_of(claim: Claim) -> float:
    """The instant at which a drain gives up: the machine's end, or shortly after the deadline."""
    said = claim.deadline + AFTERMATH if claim.ends_at is None else claim.ends_at
    return max(min(said, claim.deadline + LONGEST_MARGIN), claim.deadline)


def machine_goes(claim: Claim) -> bool:
    """Whether the machine goes at its end whatever we do; otherwise pods that are left stay alive."""
    final = bool(set(claim.kinds) & (FINAL - OURS_TO_END))
    return final or claim.ends_at is not None or claim.hook is not None
