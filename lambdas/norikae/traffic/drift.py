"""When a bake reads the records again, and whether they are still as they were written."""

from norikae.errors import ForeignWriteError
from norikae.traffic.moving import Moving
from norikae.traffic.weights import weights_of
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
    """What somebody else made of the records, in words; empty when they have the weights that bake.

    The original records are foreign here as well: an external-dns that takes its names back writes exactly those, and
    a bake at a weight that nobody is served by proves nothing.
    """
    try:
        found = weights_of(moving.records())
    except ForeignWriteError as error:
        return str(error)
    if found == moving.item.written:
        return ""
    return (
        f"{moving.planned.hosts[0]} is back at the weights {found}, but norikae wrote {moving.item.written}; "
        "find the writer before you resume (docs/runbook.md, 'somebody else wrote')"
    )
