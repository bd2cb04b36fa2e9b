"""Taking the public names over: record sets that lead to blue get blue's name as set identifier, weights unchanged.

A simple one becomes weighted with the whole weight, so that green's can stand beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from norikae.ownership.registry import mark_of, owner_names
from norikae.traffic.applications import Application
from norikae.traffic.conversion import is_simple, simple, weighted
from norikae.traffic.records import Change, RecordSet
from norikae.traffic.weights import WHOLE

REMEDY = "give its Ingress a name of its own per cluster (docs/application-teams.md), then delete the TXT records"


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What becomes of the records of all applications.

    Args:
        changes: one batch, that Route 53 applies as a whole or not at all.
        notes: what stays as it is, each with what to do about it.
    """

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def names_of(applications: Iterable[Application]) -> tuple[str, ...]:
    """Every name whose records count: the public names, and those under which external-dns would own them."""
    return tuple(sorted({name for one in applications for host in one.hosts for name in (host, *owner_names(host))}))


def take_over(applications: Sequence[Application], records: Sequence[RecordSet], cluster: str) -> TakeOver:
    """The batch that renames record sets which lead to the cluster's load balancers; pure.

    Args:
        applications: what the cluster serves.
        records: A, AAAA, CNAME and TXT records of ``names_of`` the applications.
        cluster: the cluster, which is to be the set identifier.
    """
    changes: list[Change] = []
    notes: list[str] = []
    for application in applications:
        for ingress in application.ingresses:
            for host in ingress.hosts:
                found = [one for one in records if one.name == host and one.type != "TXT"]
                mine = [one for one in found if one.target == ingress.load_balancer.lower()]
                owner = _external_owner(records, host)
                note = _obstacle(host, found, mine, cluster, owner)
                if note:
                    notes.append(note)
                    continue
                for record in mine:
                    if record.set_identifier != cluster:
                        whole = is_simple(record)
                        renamed = weighted(record, cluster, WHOLE) if whole else _renamed(record, cluster)
                        changes += [Change("DELETE", record), Change("CREATE", renamed)]
    return TakeOver(tuple(changes), tuple(notes))


def give_back(records: Sequence[RecordSet], originals: Sequence[RecordSet], cluster: str) -> tuple[Change, ...]:
    """The batch that undoes a take-over where the record set is still blue's, with the weight that it has now.

    One that was simple becomes so again once it is alone and so has all the traffic; until then it stays weighted.
    """
    changes: list[Change] = []
    for original in originals:
        beside = [one for one in records if (one.name, one.type) == (original.name, original.type)]
        if is_simple(original) and len(beside) > 1:
            continue
        for record in beside:
            if record.set_identifier == cluster:
                back = simple(record) if is_simple(original) else _renamed(record, original.set_identifier)
                changes += [Change("DELETE", record), Change("CREATE", back)]
    return tuple(changes)


def _renamed(record: RecordSet, identifier: str) -> RecordSet:
    return RecordSet({**record.raw, "SetIdentifier": identifier})


def _obstacle(host: str, found: Sequence[RecordSet], mine: Sequence[RecordSet], cluster: str, owner: str) -> str:
    """Why the records of a name cannot be taken over; empty when they can, or already are."""
    kinds = [(record.type, record.set_identifier) for record in mine]
    doubled = sorted({kind for kind, _ in kinds if sum(kind == other for other, _ in kinds) > 1})
    targets = ", ".join(sorted({record.target for record in found}))
    wanted = f"weighted alias records (A and AAAA) with set identifier {cluster} and weight 100"
    obstacles = (
        (not found, f"{host} has no record: create {wanted}"),
        (any(record.type == "CNAME" for record in found), f"{host} is a CNAME: make it {wanted}"),
        (
            any(record.weight is None and not (is_simple(record) and record in mine) for record in found),
            f"{host} has a simple record that leads elsewhere, or another routing policy: make it {wanted}",
        ),
        (not mine, f"{host} does not lead to {cluster} but to {targets}: correct whichever is wrong"),
        (
            bool(doubled),
            f"{host} has several {', '.join(doubled)} record sets that lead to {cluster}: keep one of each",
        ),
        (
            bool(owner),
            f"{host} is owned by external-dns ({owner}), which would write it back: {REMEDY}",
        ),
    )
    return next((text for applies, text in obstacles if applies), "")


def _external_owner(records: Sequence[RecordSet], host: str) -> str:
    """Who else owns a name, in words; one that cannot be read is somebody else."""
    names = owner_names(host)
    marks = (mark_of(record) for record in records if record.name in names)
    return next((str(mark) for mark in marks if mark is not None and not mark.is_ours), "")
