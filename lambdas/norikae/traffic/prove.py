"""Before every step: does anything but norikae write the application's names, or would it after the step?

Everything is read anew, from the zone and from both clusters. What is found holds the application before a record is
touched; what cannot be read is not taken for peace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import RefusedError
from norikae.ownership.asked import Asked
from norikae.ownership.detect import marks_beside
from norikae.ownership.instances import find_instances
from norikae.ownership.settings import judge
from norikae.ownership.survey import Place, mark_names, survey
from norikae.traffic.learn import DEPLOYMENTS, MOST_SHOWN, balancers
from norikae.traffic.locks import foreign
from norikae.traffic.moving import Moving
from norikae.traffic.records import TRAFFIC_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.ownership.instances import Instance
    from norikae.ports import Ports
    from norikae.traffic.records import RecordSet
    from norikae.upgrade.identity import Writer

Answer = dict[str, Any]
LOOP = 10
"""Seconds after its interval by which an external-dns has ended its loop."""
MOST_PATIENCE = 3600
"""A cache that is kept longer than so many seconds does not make a bake longer: the preflight has warned of it."""


def prove_ownership(ports: Ports, writer: Writer, application: str) -> Answer:
    """Nothing in either cluster writes the application's names but what is meant to.

    It also notes after how many seconds a foreign change would have been undone by then, which is how long a bake lasts
    at least.

    Args:
        ports: the world, which is only read.
        writer: in whose name.
        application: which.

    Raises:
        RefusedError: something does, or would; the text has the remedy, and no record was touched.
        TransientError: a cluster could not be asked.
    """
    moving = Moving.read(ports, writer, application)
    if moving.flags().aborted:
        return {"next": "go-on"}  # the next state hears it as well, and goes back
    sides = [_Side(ports, cluster) for cluster in (moving.blue, moving.green)]
    found = tuple(dict.fromkeys((*_conflicts(moving, sides), *foreign(moving))))
    if found:
        more = f" (and {len(found) - MOST_SHOWN} more)" if len(found) > MOST_SHOWN else ""
        raise RefusedError(
            f"{application} is contested, so it gets no other weight: {'. '.join(found[:MOST_SHOWN])}{more}"
        )
    patience = _reverts_after(moving, sides)
    if patience != moving.item.reverts_after:
        moving.save(reverts_after=patience)
    return {"next": "go-on"}


class _Side:
    """One cluster, each kind of its objects read once."""

    def __init__(self, ports: Ports, cluster: str) -> None:
        api, zone = ports.kubernetes(cluster), ports.environment.dns.zones[0]
        instances = find_instances(api.list(DEPLOYMENTS))
        self.writing = [one for one in instances if one.may_write(zone) and one.zone_type != "private"]
        self.asked = Asked.read(api, self.writing)
        self.place = Place(cluster, balancers(self.asked.ingresses), instances)

    @property
    def cluster(self) -> str:
        return self.place.cluster


def _conflicts(moving: Moving, sides: Sequence[_Side]) -> Iterator[str]:
    hosts, places = moving.planned.hosts, [side.place for side in sides]
    names = sorted({*hosts, *mark_names(hosts, places)})
    records = moving.ports.dns.records(names, (*TRAFFIC_TYPES, "CNAME", "TXT"))
    yield from _same_owners(sides)
    for side in sides:
        for instance in side.writing:
            if any(instance.domains.holds(host) for host in hosts):
                yield from _of_settings(instance, side.cluster, hosts)
    if moving.planned.owner == "controller":
        yield from _owned(moving, records, places)
        yield from _claimed(moving, sides)
        return
    found = survey(hosts, records, places, moving.ports.environment.environment)
    yield from map(str, found.obstacles)
    if not found.obstacles and dict(found.sets) != moving.item.sets:
        yield f"its record sets are {dict(found.sets)} now, and were {moving.item.sets}; abort, and let it begin anew"
    yield from _claimed(moving, sides)


def _same_owners(sides: Sequence[_Side]) -> Iterator[str]:
    blue, green = ({one.owner: one for one in side.writing if one.owner} for side in sides)
    for owner in sorted(blue.keys() & green.keys()):
        yield (
            f"{blue[owner]} and its counterpart on {sides[1].cluster} have the same --txt-owner-id={owner}: each "
            "deletes the other's records; give each cluster its own"
        )


def _of_settings(instance: Instance, cluster: str, hosts: Sequence[str]) -> Iterator[str]:
    if instance.unseen:
        yield f"{instance} of {cluster}: {'; '.join(instance.unseen)}; write its flags into args, with their values"
    for judged in judge(instance, cluster, hosts):
        if judged.severity in {"blocker", "unknown"}:
            yield f"{instance} of {cluster}: {judged.text}; {judged.remedy}"


def _owned(moving: Moving, records: Sequence[RecordSet], places: Sequence[Place]) -> Iterator[str]:
    instances = [instance for place in places for instance in place.instances]
    for host, marks in marks_beside(moving.planned.hosts, records, instances).items():
        named = ", ".join(map(str, marks))
        yield f"{host} has an owner now: {named}; hand it over (docs/console.md, 'Handing the public names over')"


def _claimed(moving: Moving, sides: Sequence[_Side]) -> Iterator[str]:
    """What an external-dns would write there that is not meant to be."""
    for side in sides:
        meant = moving.item.sets.get(side.cluster) if moving.planned.owner != "controller" else None
        for instance in side.writing:
            for claim in side.asked.by_any(instance, moving.planned.hosts):
                if claim.identifier and claim.identifier == meant:
                    continue
                kind = f"a record set {claim.identifier}" if claim.identifier else "a simple record"
                remedy = f"give it set-identifier {meant}" if meant else "let it name a name of the cluster instead"
                yield (
                    f"{instance} of {side.cluster} wants {kind} for {claim.host}, by {claim.resource}; {remedy} "
                    "(docs/application-teams.md, 'Two names for each Ingress')"
                )


def _reverts_after(moving: Moving, sides: Sequence[_Side]) -> int:
    """Seconds after which every external-dns that could write the names has done so."""
    writing = [
        instance
        for side in sides
        for instance in side.writing
        if any(instance.domains.holds(host) for host in moving.planned.hosts)
    ]
    return min(MOST_PATIENCE, round(max((one.interval + one.cache + LOOP for one in writing), default=0)))
