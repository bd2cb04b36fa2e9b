"""How much of the soak is left, which the soak waits for and the decommission relies on."""

import math

import msgspec

from norikae.environment import Environment
from norikae.errors import RefusedError
from norikae.ports import Ports
from norikae.upgrade.arrival import arrived
from norikae.upgrade.identity import Writer
from norikae.upgrade.plan import Plan

LOOKS_ANEW = 24
"""Looks of a soak that began anew, so that three of them fit into the history of an execution (decision 007)."""


class SoakItem(msgspec.Struct, frozen=True, kw_only=True):
    """``SOAK``: from when the soak counts, when that is later than the last application's arrival.

    Args:
        since: the first good look after a bad one, in seconds since the epoch.
        broken: the last look found an application elsewhere, or green unhealthy.
        anew: how often the soak began anew.
    """

    since: float = 0
    broken: bool = False
    anew: int = 0


def soak_left(ports: Ports, writer: Writer, plan: Plan) -> float:
    """How many seconds of the soak are left, counted from the last instant at which something was not as it should be.

    That is the last weight that came into force, the last step that baked once more, or the look after one that found
    an application elsewhere or green unhealthy: whoever repaired it meanwhile, the soak begins anew.

    Raises:
        RefusedError: an application is not wholly on green, or green is not healthy.
    """
    known = ports.table.read(writer.run, "SOAK", SoakItem) or SoakItem()
    try:
        instants = [arrived(ports, writer, planned.name) for planned in plan.applications()]
    except RefusedError:
        if not known.broken:
            ports.table.write(writer, "SOAK", msgspec.structs.replace(known, broken=True))
        raise
    if known.broken:
        known = SoakItem(since=ports.now, anew=known.anew + 1)
        ports.table.write(writer, "SOAK", known)
    since = max((known.since, *instants)) if instants else ports.now
    return since + ports.environment.soak.duration - ports.now


def poll_anew(environment: Environment) -> int:
    """Seconds between two looks of a soak that began anew."""
    return max(environment.soak.poll, math.ceil(environment.soak.duration / LOOKS_ANEW))
