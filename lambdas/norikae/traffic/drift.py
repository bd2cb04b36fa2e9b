"""When a bake reads the records again, and whether they are still as they were written."""

from norikae.errors import ForeignWriteError
from norikae.traffic.moving import Moving
from norikae.upgrade.state import AppItem

FIRST = 70
"""Seconds after which an external-dns with its default interval of a minute has undone what it undoes."""


def is_time_to_read(item: AppItem, now: float, *, leaves: bool) -> bool:
    """Whether a bake reads the records again: once after a minute, once after the slowest cache, and at its end; pure.

    Args:
        item: the application, with the instant from which it bakes.
        now: in seconds since the epoch.
        leaves: this look ends the bake.
    """
    since = item.verified_at or now
    last = max(since, item.read_at)
    return leaves or any(last < since + after <= now for after in (FIRST, item.reverts_after))


def drift(moving: Moving) -> str:
    """What somebody else made of the records, in words; empty when they are as they were written."""
    try:
        moving.records()
    except ForeignWriteError as error:
        return str(error)
    return ""
