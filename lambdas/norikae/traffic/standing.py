"""Whether blue can take traffic back: its targets are healthy, there are enough of them, and it answers."""

from collections.abc import Iterator

import msgspec

from norikae.gates.probe import not_proven
from norikae.traffic.descent import needed_targets
from norikae.traffic.moving import Moving
from norikae.traffic.ports import TargetGroupHealth

WILDCARD = "*"


def target_groups(moving: Moving) -> tuple[TargetGroupHealth, ...]:
    """The target groups of the application on blue; those of whole load balancers when nobody noted which are its own.

    The load balancers are those of the original records, because that is where the traffic would go.
    """
    balancers = {record.target for record in moving.original_of_blue()}
    noted: dict[str, tuple[str, ...]] = {}
    for served in moving.item.blue:  # two Ingresses of an application may share one
        balancer = served.load_balancer.lower()
        noted[balancer] = (*noted.get(balancer, ()), *served.resources)
    return tuple(
        group
        for balancer in sorted(balancers)
        for group in moving.ports.load_balancers.health(balancer, noted.get(balancer))
    )


def unhealthy(moving: Moving, groups: tuple[TargetGroupHealth, ...]) -> str:
    """Why nothing would answer on blue, in words; empty when every target group has a healthy target."""
    if not groups:
        return f"{moving.blue} has no target group for {moving.planned.name}"
    return ", ".join(f"{group.target_group} has no healthy target" for group in groups if not group.healthy)


def too_small(moving: Moving, groups: tuple[TargetGroupHealth, ...], weight: int, percent: float = 0) -> str:
    """Why blue is too small for what it would get, in words; empty when it is large enough.

    Args:
        moving: the application.
        groups: its target groups on blue.
        weight: green's weight after the move.
        percent: of the targets before the shift that the whole traffic needs; by default the environment's.
    """
    rollback = moving.ports.environment.shift.rollback
    rollback = msgspec.structs.replace(rollback, capacity_percent=percent or rollback.capacity_percent)
    return ", ".join(
        f"{group.target_group} has {group.healthy} healthy targets of {before} before the shift, {needed} are needed"
        for group in groups
        if (before := moving.item.targets.get(group.target_group, 0))
        and group.healthy < (needed := needed_targets(rollback, before=before, weight=weight))
    )


def unreachable(moving: Moving) -> str:
    """Why blue does not answer for one of the application's names; empty when it does, or is not to be asked.

    One is enough: each further one may cost the whole patience for a connection.
    """
    return next(_unproven(moving), "") if moving.ports.environment.verify.probe else ""


def _unproven(moving: Moving) -> Iterator[str]:
    path = moving.planned.probe
    asked = {(record.target, record.name) for record in moving.original_of_blue()}
    for balancer, host in sorted(asked):
        if host.startswith(WILDCARD):
            continue  # no client asks for the asterisk itself
        tls = moving.ports.load_balancers.serves_tls(balancer)
        if why := not_proven(moving.ports.probe.get(balancer, host, path, tls=tls), path):
            yield f"{host} at {balancer}: {why}"
