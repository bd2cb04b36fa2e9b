"""When a bake reads the records again, and whether they are still as they were written."""

from norikae.errors import ForeignWriteError, NorikaeError
from norikae.traffic.moving import Moving
from norikae.traffic.records import TRAFFIC_TYPES
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


def left_behind(moving: Moving) -> str:
    """Which leased record set leads to a load balancer that serves its name no more, in words; empty when none does.

    External-dns does not follow while norikae holds the mark (docs/world/external-dns.md), so norikae has to look. A
    cluster that does not answer says nothing: the proof before the next step asks again, and waits for it.
    """
    if not moving.is_leased:
        return ""
    from norikae.traffic.learn import INGRESSES, balancers  # noqa: PLC0415 - only where names are leased

    records = [one for one in moving.read_records() if one.type in TRAFFIC_TYPES]
    for cluster, identifier in moving.item.sets.items():
        try:
            served = balancers(moving.ports.kubernetes(cluster).list(INGRESSES))
        except NorikaeError:
            continue
        for record in records:
            there = served.get(record.name, "").lower()
            if record.set_identifier == identifier and there and record.target != there:
                return (
                    f"{record.name} {identifier} leads to {record.target}, and {cluster} serves it at {there} now; let "
                    "the alias lead there (UPSERT A and AAAA with the weight as it is), then resume"
                )
    return ""
