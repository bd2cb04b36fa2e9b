"""How fast norikae asks Route 53: requests get slots with a fixed distance, so that external-dns can breathe; pure.

Route 53 serves five requests a second per account, for everybody (Route 53 guide, "Quotas"). A bucket of tokens would
let a burst through; slots never have three requests within one second.
"""

from __future__ import annotations

DISTANCE = 0.55
"""Seconds between two slots: fewer than two requests a second, and some room for the way to Route 53."""
PATIENCE = 10.0
"""Seconds that a function waits for its slot; whoever would wait longer is throttled and comes again."""


def slot(free_from: float, now: float) -> float | None:
    """When a request that is wanted now may be made; None when that is too long to wait for.

    Args:
        free_from: from when on no slot is taken, in seconds since the epoch; 0 when none ever was.
        now: the instant.
    """
    at = max(free_from, now)
    return None if at - now > PATIENCE else at


def is_dearer_alone(backlog: float, pages: int) -> bool:
    """Whether reading a name by itself is dearer than reading the whole zone for everybody.

    As long as all who wait have asked for less than the zone has pages, each reads alone; then one reads all of it. So
    nobody ever pays for more than twice what would have been cheapest ("ski rental").

    Args:
        backlog: seconds until the next free slot.
        pages: how many requests the whole zone takes.
    """
    return backlog > pages * DISTANCE
