"""When a schedule comes next, in a time zone whose clocks are changed.

Source: EventBridge Scheduler guide, "Daylight savings time on EventBridge Scheduler": a time that clocks skip in spring
is skipped, and one that they show twice in autumn comes once; that it is the first of the two is an assumption. What
the guide does not say: ``at(…)`` a time that clocks skip is taken as much later as they skip.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

from norikae.scheduled.expression import At, Rate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from norikae.scheduled.cron import Cron
    from norikae.scheduled.expression import Expression


def next_after(expression: Expression, zone: ZoneInfo, after: float, *, begin: float = 0.0) -> float | None:
    """The first time after an instant, in seconds since the epoch; None when there is none any more.

    Args:
        expression: which times.
        zone: whose clocks they are on.
        after: the instant, in seconds since the epoch.
        begin: from when on a rate counts; it comes then for the first time.
    """
    match expression:
        case At(moment):
            at = moment.replace(tzinfo=zone).timestamp()
            return at if at > after else None
        case Rate(seconds):
            return begin if after < begin else begin + ((after - begin) // seconds + 1) * seconds
        case cron:
            return _next_of_cron(cron, zone, after)


def is_skipped(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether no clock of a zone ever shows a time, because it is put forward over it.

    Args:
        moment: the time, without a zone of its own.
        zone: the zone.
    """
    shown = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return shown.replace(tzinfo=None) != moment


def _next_of_cron(cron: Cron, zone: ZoneInfo, after: float) -> float | None:
    today = datetime.fromtimestamp(after, zone).date()
    for day in cron.dates(today):
        for hour, minute in product(cron.hours, cron.minutes):
            moment = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - the zone is what it is about
            instant = moment.replace(tzinfo=zone).timestamp()  # the first of two
            if instant > after and not is_skipped(moment, zone):
                return instant
    return None
