"""Events of AWS Health about EKS: each is told once, if it is about this environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.notify.tell import tell
from norikae.support.entities import mine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from norikae.ports import Ports
    from norikae.support.memory import Memory
    from norikae.support.ports import HealthEvent

UNREAD = (
    "AWS Health is not read, because the account's AWS support plan does not include its API; "
    "its events are in the AWS Health Dashboard all the same"
)
NEEDS_SOMEBODY = frozenset({"issue", "scheduledChange"})


def tell_of_health(ports: Ports, memory: Memory, names: Collection[str]) -> list[str]:
    """New events were told; the names of the events that people got.

    Args:
        ports: the world.
        memory: what was told already.
        names: the environment's clusters; an event that names only others is nobody's matter here.
    """
    found = ports.aws_health.about_eks(ports.environment.region)
    if found is None:
        return _tell_unread(ports, memory)
    known = frozenset(memory.reminded.health)
    new = [one for one in found if one.arn not in known]
    affected = ports.aws_health.affected([one.arn for one in new if not one.is_public])
    told = [_tell(ports, memory, one, names, affected) for one in new]
    still = {one.arn for one in found}
    memory.keep(health=tuple(arn for arn in memory.reminded.health if arn in still), unread=False)
    return [name for name in told if name]


def _tell_unread(ports: Ports, memory: Memory) -> list[str]:
    if memory.reminded.unread:
        return []
    tell(ports, "health-unread", UNREAD)
    memory.keep(unread=True)
    return ["health-unread"]


def _tell(
    ports: Ports,
    memory: Memory,
    event: HealthEvent,
    names: Collection[str],
    affected: Mapping[str, tuple[str, ...]],
) -> str:
    clusters = mine(names, affected.get(event.arn, ()))
    if clusters is None:
        return ""
    about = ", ".join(clusters) or f"EKS in {event.region}"
    tell(
        ports,
        "health-event",
        f"AWS Health about {about}: {event.code} ({event.category}, {event.status}); see the AWS Health Dashboard",
        severity="action" if event.category in NEEDS_SOMEBODY else "info",
        arn=event.arn,
        code=event.code,
        category=event.category,
        status=event.status,
        region=event.region,
        clusters=list(clusters),
        starts=event.starts,
    )
    memory.keep(health=(*memory.reminded.health, event.arn))
    return "health-event"
