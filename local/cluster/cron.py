"""Cron schedules of five fields, as Kubernetes and Argo CD read them.

Source: ``github.com/robfig/cron/v3`` (ParseStandard): names of months and days, ranges, steps, lists, ``@daily`` and
its like; a day matches either field when both the day of the month and the day of the week are restricted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {3: {name: number for number, name in enumerate(_MONTHS, 1)}, 4: {name: n for n, name in enumerate(_DAYS)}}
_FIELDS = len(_BOUNDS)
_FURTHEST = 366 * 5


class CronError(ValueError):
    """A text that is no schedule, in the words of the library."""


@dataclass(frozen=True)
class Cron:
    """A schedule.

    Args:
        fields: the allowed minutes, hours, days of the month, months, days of the week (0 is Sunday).
        any_day: whether the day of the month, and the day of the week, is a star.
        zone: in which its hours are.
    """

    fields: tuple[frozenset[int], ...]
    any_day: tuple[bool, bool]
    zone: tzinfo = UTC

    def after(self, instant: datetime) -> datetime | None:
        """The first time later than an instant, in UTC; none within five years."""
        minutes, hours, _, months, _ = self.fields
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        for number in range(_FURTHEST):
            day = (local + timedelta(days=number)).date()
            if day.month not in months or not self._has_day(day.day, day.isoweekday() % 7):
                continue
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                    found = wall.astimezone(UTC)
                    exists = found.astimezone(self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
                    if exists and found > instant:  # clocks that go forward skip an hour
                        return found
        return None

    def _has_day(self, day: int, weekday: int) -> bool:
        in_month, in_week = day in self.fields[2], weekday in self.fields[4]
        return (in_month and in_week) if any(self.any_day) else (in_month or in_week)


def parse(text: str, zone: str = "") -> Cron:
    """A schedule from its text.

    Args:
        text: five fields or a descriptor.
        zone: the name of a time zone; UTC when empty.

    Raises:
        CronError: it is none, or the time zone is not known.
    """
    if "TZ" in text:
        raise CronError("cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
    fields = _DESCRIPTORS.get(text.strip().lower(), text).split()
    if len(fields) != _FIELDS:
        raise CronError(f"expected exactly {_FIELDS} fields, found {len(fields)}: [{' '.join(fields)}]")
    try:
        where: tzinfo = ZoneInfo(zone) if zone else UTC
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CronError(f"unknown time zone {zone}") from error
    stars = (_is_star(fields[2]), _is_star(fields[4]))
    return Cron(tuple(_allowed(field, number) for number, field in enumerate(fields)), stars, where)


def _is_star(field: str) -> bool:
    return any(part.partition("/")[0] in {"*", "?"} for part in field.split(","))


def _allowed(field: str, number: int) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        low, high = _BOUNDS[number]
        if span not in {"*", "?"}:
            first, dash, last = span.partition("-")
            low = _value(first, number)
            high = _value(last, number) if dash else high if slash else low
        width = _number(step) if slash else 1
        if low < _BOUNDS[number][0] or high > _BOUNDS[number][1]:
            raise CronError(f"value out of range ({low}-{high}): {part}")
        if low > high or width == 0:
            raise CronError(f"beginning of range ({low}) beyond end of range ({high}) or step of 0: {part}")
        found.update(range(low, high + 1, width))
    return frozenset(found)


def _value(text: str, number: int) -> int:
    return known if (known := _NAMES.get(number, {}).get(text.lower())) is not None else _number(text)


def _number(text: str) -> int:
    if not text.isdigit():
        raise CronError(f"failed to parse int from {text}")
    return int(text)
