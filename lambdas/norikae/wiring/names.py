"""How the public names are reached: intents, pace, locks and the guard, composed over Route 53 and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.route53 import Route53Dns
from norikae.adapters.aws.tokens import DynamoTokens
from norikae.zone.ports import Zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.ports import Ports
    from norikae.traffic.locks import Locks
    from norikae.traffic.ports import Dns
    from norikae.zone.shared import SharedReading

LOOKS_EVERY = 5.0
"""Seconds between two questions whether a Route 53 change is in sync, for all applications that share it."""


def guarded_dns(ports: Ports, client: Callable[[str], Any]) -> Dns:
    """The zone's intents and Route 53, behind the guard that keeps blue's weight down once its end has begun."""
    from norikae.upgrade.no_return import GuardedDns  # noqa: PLC0415 - whoever writes the zone needs neither
    from norikae.zone.deferred import ZoneDns  # noqa: PLC0415

    zone, patience = ports.zone, ports.settings.directly_after
    waits = bool(ports.settings.bell)
    names = ZoneDns(
        zone.route53,
        zone.intents,
        ports.now,
        bell=zone.bell if waits else None,
        directly_after=float(patience) if patience else None,
        looks_every=LOOKS_EVERY,
        shared=_shared_reading(ports, client),
    )
    return GuardedDns(names, ports.table)


def locks(ports: Ports, client: Callable[[str], Any]) -> Locks:
    """The zone's record-set protections."""
    from norikae.adapters.aws.locks import Route53Locks  # noqa: PLC0415 - a second way into Route 53 without a zone

    _tokens(ports, client).pace(client("route53"))
    return Route53Locks(client("route53"), ports.environment.dns.zones[0])


def zone(ports: Ports, client: Callable[[str], Any]) -> Zone:
    """The hosted zone, its intents and its bell, as its writer needs them."""
    from norikae.adapters.aws.bell import SqsBell  # noqa: PLC0415 - the locks need none of it
    from norikae.adapters.aws.intents import DynamoIntents  # noqa: PLC0415
    from norikae.zone.lifting import LiftingDns  # noqa: PLC0415

    name, table = ports.environment.dns.zones[0], ports.settings.need("table")
    _tokens(ports, client).pace(client("route53"))
    return Zone(
        id=name,
        intents=DynamoIntents(client("dynamodb"), table, name, ports.now, ports.environment.retention.runs_days),
        route53=LiftingDns(Route53Dns(client("route53"), name), ports.locks, ports.environment.environment),
        bell=SqsBell(lambda: client("sqs"), ports.settings.bell, name),
        clock=ports.clock,
    )


def _shared_reading(ports: Ports, client: Callable[[str], Any]) -> SharedReading:
    from norikae.adapters.aws.readings import DynamoReadings  # noqa: PLC0415 - whoever writes the zone needs neither
    from norikae.zone.shared import SharedReading  # noqa: PLC0415

    name, table = ports.zone.id, ports.settings.need("table")
    readings = DynamoReadings(client("dynamodb"), table, name, ports.now)
    return SharedReading(Route53Dns(client("route53"), name), readings, _tokens(ports, client).backlog, ports.clock)


def _tokens(ports: Ports, client: Callable[[str], Any]) -> DynamoTokens:
    """The slots in which Route 53 is asked."""
    return DynamoTokens(client("dynamodb"), ports.settings.need("table"), ports.clock)
