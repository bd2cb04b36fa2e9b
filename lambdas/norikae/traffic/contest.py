"""Somebody else wrote to an application's records: found out in time, put right once, and left to people.

Nobody wins a fight of two programs over a record. So the weights that last passed a bake are restored once, the
application keeps them, and a person is paged with the name of whoever wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import NorikaeError
from norikae.notify.tell import tell
from norikae.traffic.moving import Moving
from norikae.traffic.records import TRAFFIC_TYPES, Change, owned_sets
from norikae.traffic.weights import with_weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from norikae.ports import Ports
    from norikae.traffic.records import RecordSet
    from norikae.traffic.weights import Taking
    from norikae.upgrade.identity import Writer

Answer = dict[str, Any]


def restore_safe_weights(ports: Ports, writer: Writer, application: str, reason: str) -> Answer:
    """The weights that last passed a bake are written once more, unless they were before; a person is paged.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        reason: what was found.
    """
    moving = Moving.read(ports, writer, application)
    records = moving.read_records()
    item = moving.item
    # A function that died or was throttled between its word and the write has restored nothing yet.
    is_done = item.restored and (bool(item.change) or item.intended != item.safe)
    changes = None if is_done else batch_safe(moving, records)
    if changes:
        what = f"the weights that passed last ({moving.shares(item.safe)}) are restored, once"
        moving = moving.intends(item.safe, restored=True)
        change = moving.write(records, changes, moving.shares(item.safe), f"contested weight={item.safe}")
        moving = moving.saved(written=moving.shares(item.safe), change=change, changed_at=ports.now)
    elif changes is None:
        what = "the records stay as they are, since they were restored before or lead elsewhere"
    else:
        what = "the records have the weights that passed last"
    text = f"{application} is contested: {reason}. {_suspects(moving, records)}; {what}; stop the writer, then resume"
    moving.save(reason=text)
    moving.note("contested", reason=reason, restored=bool(changes))
    tell(ports, "contested", f"{application} is contested", run=writer.run, severity="page", reason=text)
    return {"next": "hold", "waiting_for": text}


def batch_safe(moving: Moving, records: Sequence[RecordSet]) -> tuple[Change, ...] | None:
    """The changes that restore the safe weights, and nothing else; None where that would lead clients astray.

    Only weights are restored: whoever changed a target, such as an external-dns whose load balancer was made anew, may
    be right about it.
    """
    shares = moving.shares(moving.item.safe)
    led = {served.load_balancer.lower() for served in moving.item.green}
    targets = {moving.blue_set: {one.target for one in moving.original_of_blue()}, moving.green_set: led}
    if any(_astray(records, moving.planned.hosts, shares, targets)):
        return None
    return _weighted(records, shares, moving.take)


def _astray(
    records: Sequence[RecordSet], hosts: Sequence[str], shares: Mapping[str, int], targets: Mapping[str, set[str]]
) -> Iterator[str]:
    """Why weights alone do not make the records safe."""
    for record in records:
        if record.weight is None:
            yield f"{record.name} {record.type} is not weighted"
        elif record.type in TRAFFIC_TYPES and record.set_identifier not in shares and record.weight:
            yield f"{record.name} {record.set_identifier} is of a third"
        elif record.type in TRAFFIC_TYPES and record.target not in targets.get(record.set_identifier, {record.target}):
            yield f"{record.name} {record.set_identifier} leads elsewhere"
    there = {(record.name, record.type, record.set_identifier) for record in records}
    kinds = {record.type for record in records if record.type in TRAFFIC_TYPES} or {"A"}
    for host in hosts:
        for kind in kinds:
            for identifier, share in shares.items():
                if share and (host, kind, identifier) not in there:
                    yield f"{host} {kind} {identifier} is gone"


def _weighted(records: Sequence[RecordSet], shares: Mapping[str, int], take: Taking) -> tuple[Change, ...]:
    old = [one for one in owned_sets(records) if one.weight != shares.get(one.set_identifier, one.weight)]
    new = [with_weight(one, shares[one.set_identifier]) for one in old]
    taken = [take(one) if one.type == "TXT" else one for one in new]
    return (*(Change("DELETE", one) for one in old), *(Change("CREATE", one) for one in taken))


def _suspects(moving: Moving, records: Sequence[RecordSet]) -> str:
    """Who may have written, in words: which object asks for what is there now, and whom CloudTrail knows by now."""
    asking = list(dict.fromkeys(_asking(moving, records)))
    named = moving.ports.trail.writers(moving.ports.environment.dns.zones[0], moving.planned.hosts)
    found = [f"{' and '.join(asking)} asks for what is there now"] if asking else []
    found += [f"CloudTrail names {', '.join(named)}"] if named else []
    return "; ".join(found) or "CloudTrail does not name the writer yet (it is some minutes late)"


def _asking(moving: Moving, records: Sequence[RecordSet]) -> Iterator[str]:
    from norikae.traffic.hand_back import wishes_of  # noqa: PLC0415 - only once somebody wrote

    weights = {(one.name, one.set_identifier): one.weight for one in records if one.type in TRAFFIC_TYPES}
    for cluster in (moving.blue, moving.green):
        try:
            wishes = wishes_of(moving.ports, cluster, moving.planned.hosts)
        except NorikaeError:  # the page goes out whatever a cluster says
            continue
        for host, found in wishes.items():
            for claim in found:
                if weights.get((host, claim.identifier)) == claim.weight or not claim.identifier:
                    yield f"external-dns of {cluster} (by {claim.resource})"
