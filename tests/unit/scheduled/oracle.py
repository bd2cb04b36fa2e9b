"""Whether a minute is one of a cron expression's, asked minute by minute and field by field.

Written without the code that it judges: it knows no sets of values, only whether one value is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def is_meant(expression: str, shown: datetime) -> bool:
    """Whether clocks that show this are meant."""
    minute, hour, day, month, weekday, year = expression.removeprefix("cron(").removesuffix(")").split()
    return (
        _in(minute, shown.minute, 0)
        and _in(hour, shown.hour, 0)
        and _in(month, shown.month, 1, MONTHS)
        and _in(year, shown.year, 1970)
        and (_day(day, shown) if weekday == "?" else _weekday(weekday, shown))
    )


def minutes(expression: str, zone: str, begin: datetime, end: datetime) -> Iterator[float]:
    """Every instant from begin until before end at which it comes: of two alike the first, of none none."""
    seen: set[datetime] = set()
    moment = begin.astimezone(UTC)
    while moment < end:
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if is_meant(expression, shown) and shown not in seen:
            yield moment.timestamp()
        seen.add(shown)
        moment += timedelta(minutes=1)


def _in(field: str, value: int, low: int, names: list[str] | None = None) -> bool:
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, 9999
        elif "-" in span:
            first, last = (_number(word, names, low) for word in span.split("-"))
        else:
            first = _number(span, names, low)
            last = 9999 if step else first
        if first <= value <= last and (value - first) % int(step or 1) == 0:
            return True
    return False


def _number(word: str, names: list[str] | None, low: int) -> int:
    return names.index(word) + low if names and word in names else int(word)


def _day(field: str, shown: datetime) -> bool:
    if field == "L":
        return (shown + timedelta(days=1)).month != shown.month
    if field.endswith("W"):
        if shown.isoweekday() > 5:
            return False
        wanted = int(field[:-1])
        nearby = {0: wanted}
        for shift in (-2, -1, 1, 2):
            other = shown + timedelta(days=shift)
            if other.month == shown.month and other.isoweekday() > 5:
                nearby[shift] = wanted
        if shown.day == wanted:
            return True
        return any(
            shown.day + shift == wanted and _gives_way(shown + timedelta(days=shift), -shift)
            for shift in nearby
            if shift
        )
    return _in(field, shown.day, 1)


def _gives_way(weekend: datetime, shift: int) -> bool:
    """Whether somebody who wants this Saturday or Sunday gets the day so many days later."""
    usual = -1 if weekend.isoweekday() == 6 else 1
    if (weekend + timedelta(days=usual)).month == weekend.month:
        return shift == usual
    return shift == -2 * usual


def _weekday(field: str, shown: datetime) -> bool:
    number = shown.isoweekday() % 7 + 1
    if field == "L":
        return number == 7
    if "#" in field:
        name, _, nth = field.partition("#")
        return number == _number(name, NAMES, 1) and (shown.day - 1) // 7 + 1 == int(nth)
    if field.endswith("L"):
        return number == _number(field[:-1], NAMES, 1) and (shown + timedelta(days=7)).month != shown.month
    return _in(field, number, 1, NAMES)
