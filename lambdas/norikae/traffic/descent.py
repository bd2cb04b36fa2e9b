"""How much of an application may go back to blue at once; pure."""

from math import ceil

from norikae.environment import Rollback
from norikae.traffic.weights import WHOLE


def next_stop(rollback: Rollback, *, weight: int, critical: bool) -> int:
    """Green's weight after the next move towards blue: the next stop below, 0 when there is none or none is wanted.

    Args:
        rollback: where the way back stops.
        weight: green's weight now.
        critical: green hardly answers, so that every further request there is lost.
    """
    return 0 if critical else max((stop for stop in rollback.stops if stop < weight), default=0)


def needed_targets(rollback: Rollback, *, before: int, weight: int) -> int:
    """Healthy targets that blue needs before green's weight goes down to ``weight``; at least one.

    Args:
        rollback: the share that is needed for the whole traffic.
        before: healthy targets of a target group before the shift.
        weight: green's weight after the move.
    """
    return max(1, ceil(before * (rollback.capacity_percent / 100) * ((WHOLE - weight) / WHOLE)))
