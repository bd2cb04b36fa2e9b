"""Cron expressions of EventBridge Scheduler: six fields, with ``?``, ``L``, ``W``, ``#`` and years.

Source: EventBridge Scheduler guide, "Cron-based schedules".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SATURDAY = 5
"""As Python counts weekdays, from Monday on 0."""
MOST_WEEKS = 5
"""Times that a weekday can be in one month."""
OCCURRENCE = re.compile(r"(\w+)#(\d+)")
NEAREST = re.compile(r"(\d+)W")
LAST = re.compile(r"(\w+)L")


class CronError(Exception):
    """Why it is none; begins with a verb, such as ``has 5 fields instead of six``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the six.

    Args:
        name: for people.
        low: the least value.
        high: the greatest.
        words: names of the values, from ``low`` on.
        steps: whether ``/`` may be written.
    """

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    steps: bool = True


MINUTE, HOUR = Field("minute", 0, 59), Field("hour", 0, 23)
DAY = Field("day of the month", 1, 31)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTH = Field("month", 1, 12, MONTHS)
WEEKDAY = Field("weekday", 1, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), steps=False)
YEAR = Field("year", 1970, 2199)
FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR)


@dataclass(frozen=True, slots=True)
class Days:
    """Which days of a month; exactly one member says something.

    Args:
        days: of the month.
        weekdays: 0 for Monday to 6 for Sunday.
        last: the last day of the month.
        nearest: the weekday from Monday to Friday that is nearest to this day, in the same month.
        last_weekday: the last one of this weekday.
        nth: a weekday and which one of the month.
    """

    days: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    last: bool = False
    nearest: int = 0
    last_weekday: int | None = None
    nth: tuple[int, int] | None = None

    def of(self, year: int, month: int) -> list[int]:
        """The days of one month, in order."""
        first, length = calendar.monthrange(year, month)
        if self.last:
            return [length]
        if self.nearest:
            return [_nearest(year, month, self.nearest, length)] if self.nearest <= length else []
        if self.last_weekday is not None:
            ends_on = (first + length - 1) % 7
            return [length - (ends_on - self.last_weekday) % 7]
        if self.nth is not None:
            day = 1 + (self.nth[0] - first) % 7 + 7 * (self.nth[1] - 1)
            return [day] if day <= length else []
        if self.weekdays:
            return [day for day in range(1, length + 1) if (first + day - 1) % 7 in self.weekdays]
        return [day for day in sorted(self.days) if day <= length]


@dataclass(frozen=True, slots=True)
class Cron:
    """Minutes that return, as the clocks of a time zone show them."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def dates(self, since: date) -> Iterator[date]:
        """Its days, in order, from one on; there may be none."""
        for year in self.years:
            for month in self.months:
                if (year, month) < (since.year, since.month):
                    continue
                for day in self.days.of(year, month):
                    if (found := date(year, month, day)) >= since:
                        yield found


def read_cron(text: str) -> Cron:
    """What the fields mean.

    Args:
        text: what is between the parentheses.

    Raises:
        CronError: EventBridge Scheduler takes no such fields.
    """
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise CronError(f"has {len(parts)} fields instead of six")
    minute, hour, day, month, weekday, year = parts
    if (day == "?") == (weekday == "?"):
        raise CronError("has to have a ? for either the day of the month or the weekday, and not for both")
    days = _days(day) if weekday == "?" else _weekdays(weekday)
    return Cron(_values(minute, MINUTE), _values(hour, HOUR), days, _values(month, MONTH), _values(year, YEAR))


def _days(text: str) -> Days:
    if text == "L":
        return Days(last=True)
    if found := NEAREST.fullmatch(text):
        return Days(nearest=_value(found[1], DAY))
    return Days(days=frozenset(_values(text, DAY)))


def _weekdays(text: str) -> Days:
    if text == "L":
        return Days(weekdays=frozenset({SATURDAY}))
    if found := OCCURRENCE.fullmatch(text):
        if not 1 <= int(found[2]) <= MOST_WEEKS:
            raise CronError(f"asks for number {found[2]} of a weekday, and a month has five at most")
        return Days(nth=(_weekday(_value(found[1], WEEKDAY)), int(found[2])))
    if found := LAST.fullmatch(text):
        return Days(last_weekday=_weekday(_value(found[1], WEEKDAY)))
    return Days(weekdays=frozenset(map(_weekday, _values(text, WEEKDAY))))


def _weekday(number: int) -> int:
    """Scheduler counts from Sunday on 1, Python from Monday on 0."""
    return (number - 2) % 7


def _values(text: str, field: Field) -> tuple[int, ...]:
    """Every value of a field that is a list of values, ranges and steps."""
    return tuple(sorted({value for part in text.split(",") for value in _part(part, field)}))


def _part(part: str, field: Field) -> range:
    span, slash, step = part.partition("/")
    if slash and not field.steps:
        raise CronError(f"has a / in the {field.name}, which takes none")
    if slash and not (step.isascii() and step.isdecimal() and 1 <= int(step) <= field.high):
        raise CronError(f"has no number of {field.name}s after the / in {part!r}")
    if span == "*":
        first, last = field.low, field.high
    elif "-" in span:
        first, last = (_value(end, field) for end in span.split("-", 1))
        if first > last:
            raise CronError(f"goes backwards in {span!r}; write two ranges with a comma")
    else:
        first = _value(span, field)
        last = field.high if slash else first
    return range(first, last + 1, int(step or 1))


def _value(text: str, field: Field) -> int:
    if text.upper() in field.words:
        return field.low + field.words.index(text.upper())
    if not (text.isascii() and text.isdecimal() and field.low <= int(text) <= field.high):
        names = f" or {field.words[0]} to {field.words[-1]}" if field.words else ""
        raise CronError(f"has {text!r} as {field.name}, which goes from {field.low} to {field.high}{names}")
    return int(text)


def _nearest(year: int, month: int, day: int, length: int) -> int:
    """A Saturday gives way to Friday, a Sunday to Monday, unless that is in another month."""
    number = date(year, month, day).weekday()
    if number < SATURDAY:
        return day
    step = -1 if number == SATURDAY else 1
    if 1 <= day + step <= length:
        return day + step
    return (date(year, month, day) - timedelta(days=2 * step)).day
