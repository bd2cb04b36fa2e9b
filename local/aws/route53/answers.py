"""What the name servers answer: the weighted choice and its health rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.aws.route53.balancer_zones import REGION_OF_ZONE
from local.aws.route53.names import normalise, wildcards_over

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from local.aws.route53.record import RecordSet
    from local.aws.route53.zone import HostedZone

ALIAS_TTL = 60
"""Seconds for which an answer from a load balancer's alias may be kept (Developer Guide, "alias records")."""
_MAX_CHAIN = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What a resolver gets for one query: the load balancer's DNS name, or the first value of a plain record.

    ``ttl`` is in seconds; ``set_identifier`` names the weighted record set that was drawn.
    """

    name: str
    type: str
    target: str
    ttl: int
    set_identifier: str | None
    values: tuple[str, ...] = ()


def answer(
    zone: HostedZone,
    name: str,
    kind: str,
    draw: random.Random,
    alias_healthy: Callable[[str], bool],
    depth: int = 0,
) -> Answer | None:
    """What the zone's name servers answer now; nothing when the name or the type is absent.

    Args:
        zone: the zone that holds the name.
        name: a normalised name.
        kind: A, AAAA, CNAME or TXT.
        draw: the random numbers of the weighted choice.
        alias_healthy: whether a load balancer is healthy, by DNS name without a trailing dot.
        depth: how many aliases and CNAMEs led here.
    """
    group, chased = _group(zone, name, kind)
    if not group or depth > _MAX_CHAIN:
        return None
    record = _choose(zone, group, draw, alias_healthy)
    here = Answer(name, record.type, "", record.ttl or ALIAS_TTL, record.identifier, record.values)
    if record.alias is None:
        target = record.values[0]
        if not chased:
            return replace(here, target=target)
        return _follow(zone, here, target, kind, draw, alias_healthy, depth)
    if record.alias.zone_id in REGION_OF_ZONE:
        return replace(here, target=_balancer(record.alias.dns_name))
    found = answer(zone, record.alias.dns_name, record.type, draw, alias_healthy, depth + 1)
    return None if found is None else replace(found, name=name, set_identifier=record.identifier)


def _follow(
    zone: HostedZone,
    here: Answer,
    target: str,
    kind: str,
    draw: random.Random,
    alias_healthy: Callable[[str], bool],
    depth: int,
) -> Answer | None:
    full = normalise(target)
    if not full.endswith(f".{zone.name}"):
        return replace(here, target=_balancer(full))
    found = answer(zone, full, kind, draw, alias_healthy, depth + 1)
    if found is None:
        return None
    return replace(found, name=here.name, ttl=min(here.ttl, found.ttl), set_identifier=here.set_identifier)


def _group(zone: HostedZone, name: str, kind: str) -> tuple[Sequence[RecordSet], bool]:
    names = [name]
    if name not in zone.served_names:
        names = [wildcard for wildcard in wildcards_over(name, zone.name) if wildcard in zone.served_names][:1]
    for known in names:
        exact = zone.served.get((known, kind))
        if exact:
            return exact, False
        cname = zone.served.get((known, "CNAME"))
        if cname:
            return cname, True
    return (), False


def _balancer(dns_name: str) -> str:
    return dns_name.rstrip(".").removeprefix("dualstack.")


def _choose(
    zone: HostedZone, group: Sequence[RecordSet], draw: random.Random, alias_healthy: Callable[[str], bool]
) -> RecordSet:
    if len(group) == 1:
        return group[0]
    weighty = [record for record in group if record.weight]
    empty = [record for record in group if not record.weight]
    for candidates in (weighty, empty):
        healthy = [record for record in candidates if _healthy(zone, record, alias_healthy)]
        if healthy:
            return _drawn(healthy, draw)
    return _drawn(weighty or empty, draw)


def _drawn(records: Sequence[RecordSet], draw: random.Random) -> RecordSet:
    """By weight; with equal probability when every weight is 0."""
    if len(records) == 1:
        return records[0]
    total = sum(record.weight or 0 for record in records)
    if total == 0:
        return records[int(draw.random() * len(records))]
    point = draw.random() * total
    for record in records:
        point -= record.weight or 0
        if point < 0:
            return record
    return records[-1]


def _healthy(zone: HostedZone, record: RecordSet, alias_healthy: Callable[[str], bool], depth: int = 0) -> bool:
    alias = record.alias
    if alias is None or not alias.evaluate_target_health or depth > _MAX_CHAIN:
        return True
    if alias.zone_id in REGION_OF_ZONE:
        return alias_healthy(_balancer(alias.dns_name))
    targets = zone.served.get((alias.dns_name, record.type), ())
    return any(_healthy(zone, target, alias_healthy, depth + 1) for target in targets)
