"""Whose record sets carry an application's names where an external-dns owns them, and why norikae may not take them.

What is refused here was executed with the real external-dns (docs/world/external-dns.md): each of it ends in two
programs that write the same name, or in a record that nobody can delete any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from norikae.ownership.registry import (
    EXTERNAL_DNS,
    covered_types,
    lease_owner,
    mark_of,
    owner_names,
    written_name,
)
from norikae.traffic.records import TRAFFIC_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from norikae.ownership.instances import Instance
    from norikae.ownership.registry import Affixes, Mark
    from norikae.traffic.records import RecordSet

WEIGHTS = "(docs/ownership.md, 'Before the first lease')"


@dataclass(frozen=True, slots=True)
class Place:
    """One cluster, as far as it serves the application.

    Args:
        cluster: its name.
        balancers: public name to the DNS name of the load balancer that serves it there.
        instances: every external-dns that runs there.
    """

    cluster: str
    balancers: Mapping[str, str]
    instances: Sequence[Instance]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why the names cannot be moved as they are, and what to do about it."""

    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Args:
        sets: cluster to the set identifier of its record sets.
        marks: the names of the TXT records that mark them, sorted.
        obstacles: empty when the names may be moved.
    """

    sets: Mapping[str, str]
    marks: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]


def mark_names(hosts: Iterable[str], places: Iterable[Place]) -> tuple[str, ...]:
    """Every name at which an owner of some names may be written, sorted."""
    spellings = [instance.affixes for place in places for instance in place.instances]
    return tuple(sorted({name for host in hosts for name in owner_names(host, spellings)}))


def survey(hosts: Sequence[str], records: Sequence[RecordSet], places: Sequence[Place], environment: str) -> Survey:
    """Which set of each name is whose, and everything that forbids to move them; pure.

    Args:
        hosts: the application's public names.
        records: the A, AAAA and CNAME records of the hosts, and the TXT records of ``mark_names``.
        places: the clusters that have to have a record set: blue, and green once it serves.
        environment: whose leases are norikae's own.
    """
    spellings = [instance.affixes for place in places for instance in place.instances]
    traffic = {host: [one for one in records if one.name == host and one.type != "TXT"] for host in hosts}
    shapes = [obstacle for host in hosts for obstacle in _shape(host, traffic[host])]
    if shapes:
        return Survey({}, (), tuple(shapes))
    found = {place.cluster: _identifiers(place, traffic) for place in places}
    sets = {cluster: min(names) for cluster, names in found.items() if len(names) == 1}
    marks: dict[str, Mark] = {}
    obstacles = list(_shared_owners(hosts, records, places, spellings))
    left = {place.cluster: _left_behind(place, records, spellings, traffic) for place in places}
    for place in places:
        obstacles += _unidentified(place, traffic, found[place.cluster], left[place.cluster])
    for host in hosts:
        names = owner_names(host, spellings)
        here = [mark for one in records if one.name in names and (mark := mark_of(one)) and _is_among(one, sets)]
        marks |= {f"{mark.record.name} {mark.record.set_identifier}": mark for mark in here}
        obstacles += _strangers(host, traffic[host], {*sets.values(), *chain.from_iterable(left.values())})
        for place in places:
            if place.cluster in sets:
                mine = [mark for mark in here if mark.record.set_identifier == sets[place.cluster]]
                obstacles += _of_set(host, place, sets[place.cluster], traffic[host], mine)
                obstacles += [wrong for mark in mine for wrong in _of_owner(mark, place, environment)]
    return Survey(sets, tuple(sorted({mark.record.name for mark in marks.values()})), tuple(dict.fromkeys(obstacles)))


def _shared_owners(
    hosts: Sequence[str], records: Sequence[RecordSet], places: Sequence[Place], spellings: Sequence[Affixes]
) -> Iterator[Obstacle]:
    """Said first: what two clusters take for their own is gone and there again every minute, so all else is chance."""
    names = {name for host in hosts for name in owner_names(host, spellings)}
    owners = [{instance.owner for instance in place.instances} for place in places]
    for owner in sorted(
        {mark.taken_from or mark.owner for one in records if one.name in names and (mark := mark_of(one))}
    ):
        having = [place.cluster for place, here in zip(places, owners, strict=True) if owner in here]
        if owner and len(having) > 1:
            yield Obstacle(
                f"external-dns of {' and of '.join(having)} have the same --txt-owner-id={owner}, so each deletes the"
                " other's records",
                "give each cluster its own, one after the other, then start again",
            )


def _is_among(record: RecordSet, sets: Mapping[str, str]) -> bool:
    return record.set_identifier in sets.values()


def _shape(host: str, found: Sequence[RecordSet]) -> Iterator[Obstacle]:
    if not any(record.type == "A" for record in found):
        yield Obstacle(f"{host} has no A record in the zone", "let blue's external-dns register it, then start again")
    for record in found:
        if record.type not in TRAFFIC_TYPES or not record.target:
            yield Obstacle(
                f"{host} {record.type} is no alias of a load balancer",
                "let its external-dns write aliases (no annotation alias: false), then start again",
            )
        elif not record.set_identifier:
            yield Obstacle(
                f"{host} {record.type} is a simple record",
                f"let blue's Ingress have set-identifier and aws-weight {WEIGHTS}; with --policy=sync its external-dns"
                " converts the record itself, with upsert-only the command adopt does",
            )
        elif record.weight is None:
            yield Obstacle(
                f"{host} {record.type} {record.set_identifier} has another routing policy than weights",
                "norikae moves weighted records only: replace it by one, or leave the application out",
            )


def _identifiers(place: Place, traffic: Mapping[str, Sequence[RecordSet]]) -> set[str]:
    """The set identifiers of the records that lead to the cluster."""
    return {
        record.set_identifier
        for host, found in traffic.items()
        for record in found
        if record.target == place.balancers.get(host, "").lower()
    }


def _unidentified(
    place: Place, traffic: Mapping[str, Sequence[RecordSet]], identifiers: set[str], left: set[str]
) -> Iterator[Obstacle]:
    if len(identifiers) > 1:
        yield Obstacle(
            f"record sets {', '.join(sorted(identifiers))} of the same application lead to {place.cluster}",
            "give all of its Ingresses there one set-identifier",
        )
        return
    for host, found in traffic.items():
        balancer = place.balancers.get(host, "").lower()
        for kind in sorted({record.type for record in found}):
            if not any(record.type == kind and record.target == balancer for record in found):
                text = (
                    f"no {kind} record set of {host} leads to {place.cluster} ({balancer or 'no load balancer there'})"
                )
                yield Obstacle(
                    text,
                    f"norikae leases {min(left)} meanwhile, so its external-dns does not follow: let the alias lead"
                    " there (UPSERT with its weight as it is), then resume"
                    if left and balancer
                    else f"let the external-dns of {place.cluster} register it with aws-weight and a set-identifier"
                    f" that no other cluster has {WEIGHTS}",
                )


def _left_behind(
    place: Place,
    records: Sequence[RecordSet],
    spellings: Sequence[Affixes],
    traffic: Mapping[str, Sequence[RecordSet]],
) -> set[str]:
    """Leased sets of a cluster that lead to a load balancer which serves their name there no more."""
    owners = {instance.owner for instance in place.instances}
    return {
        record.set_identifier
        for host, found in traffic.items()
        for record in found
        if record.target != place.balancers.get(host, "").lower()
        for one in records
        if one.set_identifier == record.set_identifier
        and one.name in owner_names(host, spellings)
        and (mark := mark_of(one))
        and mark.taken_from in owners
    }


def _strangers(host: str, found: Sequence[RecordSet], known: set[str]) -> Iterator[Obstacle]:
    for record in found:
        if record.weight and record.set_identifier not in known:
            yield Obstacle(
                f"{host} {record.type} {record.set_identifier} has weight {record.weight} and leads to neither cluster",
                "set it to 0 where it is declared, or remove it",
            )


def _of_set(
    host: str, place: Place, identifier: str, found: Sequence[RecordSet], marks: Sequence[Mark]
) -> Iterator[Obstacle]:
    """What is wrong with one cluster's set of one name: a type that nobody owns, weights that differ."""
    mine = [record for record in found if record.set_identifier == identifier]
    spellings = [instance.affixes for instance in place.instances]
    covered = {kind for mark in marks for kind in covered_types(mark.record.name, host, spellings)}
    for record in mine:
        if record.type not in covered:
            yield Obstacle(
                f"{host} {record.type} {identifier} has no TXT record, so no external-dns owns it",
                f"do not delete it, since nobody would be answered until external-dns of {place.cluster} makes it anew;"
                f" create TXT {_missing_mark(record, host, place)} with its set-identifier and its weight, or let"
                " norikae own the name (norikae.dev/owner: controller)",
            )
    for kind in sorted(covered - {record.type for record in mine}):
        yield Obstacle(
            f"a TXT record marks {host} {kind} {identifier}, but there is no such record",
            "delete the TXT record, or its external-dns makes the record anew without one",
        )
    weights = {f"{one.type} {one.name}": one.weight for one in (*mine, *(mark.record for mark in marks))}
    if len(set(weights.values())) > 1:
        shown = ", ".join(f"{name} {weight}" for name, weight in sorted(weights.items()))
        yield Obstacle(
            f"the record set {identifier} of {host} does not have one weight: {shown}",
            "set all of them to the same weight in one batch, or its external-dns can never delete it",
        )


def _missing_mark(record: RecordSet, host: str, place: Place) -> str:
    """The TXT record that would say who owns a record, as far as it can be told."""
    if not place.instances:
        return "of its owner"
    instance = place.instances[0]
    name = written_name(host, record.type, instance.affixes, instance.version)
    return f'{name} ("heritage={EXTERNAL_DNS},{EXTERNAL_DNS}/owner={instance.owner}")'


def _of_owner(mark: Mark, place: Place, environment: str) -> Iterator[Obstacle]:
    owners = {instance.owner for instance in place.instances}
    if not mark.is_readable:
        yield Obstacle(
            f"{mark}: only its key can read who owns it",
            "start external-dns without --txt-encrypt-enabled, or leave the application out",
        )
    elif mark.heritage != EXTERNAL_DNS or (mark.taken_from or mark.owner) not in owners:
        yield Obstacle(
            f"{mark} is not of an external-dns of {place.cluster}",
            f"find out what writes it; {place.cluster} has the owners {', '.join(sorted(owners)) or 'none'}",
        )
    elif mark.taken_from and mark.owner != lease_owner(environment):
        yield Obstacle(f"{mark} is leased by another environment", "let that run end, then start again")
