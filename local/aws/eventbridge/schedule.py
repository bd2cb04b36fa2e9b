"""Schedule expressions: ``rate(5 minutes)`` and ``cron(0 9 ? * MON-FRI *)``, in UTC.

Source: "Creating an Amazon EventBridge rule that runs on a schedule", EventBridge User Guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_NAMES = ((), (), (), _MONTHS, _DAYS, ())


class ScheduleError(ValueError):
    """The expression is not one that this simulator understands; L, W and # are outside its scope."""


@dataclass(frozen=True)
class Schedule:
    """When a rule fires.

    Args:
        period: seconds of a rate expression, or 0.
        fields: the allowed values of the six cron fields.
    """

    period: int = 0
    fields: tuple[frozenset[int], ...] = ()

    def fires(self, minute: datetime, created_minutes_ago: int) -> bool:
        """Whether the rule fires in this minute.

        Args:
            minute: the beginning of the minute, in UTC.
            created_minutes_ago: a rate counts from the creation of its rule.
        """
        if self.period:
            return created_minutes_ago > 0 and created_minutes_ago * 60 % self.period == 0
        weekday = (minute.weekday() + 1) % 7 + 1
        now = (minute.minute, minute.hour, minute.day, minute.month, weekday, minute.year)
        return all(value in field for value, field in zip(now, self.fields, strict=True))


def parsed(expression: str) -> Schedule:
    """The schedule of an expression.

    Raises:
        ScheduleError: it is malformed or outside the scope.
    """
    rate = _RATE.fullmatch(expression)
    if rate and int(rate[1]) > 0:
        return Schedule(period=int(rate[1]) * _SECONDS[rate[2]])
    cron = _CRON.fullmatch(expression)
    if cron is None:
        msg = f"not a schedule expression: {expression}"
        raise ScheduleError(msg)
    if (cron[3] == "?") == (cron[5] == "?"):
        msg = f"exactly one of day-of-month and day-of-week is ? in {expression}"
        raise ScheduleError(msg)
    return Schedule(fields=tuple(_field(cron[number + 1], number) for number in range(6)))


def _field(text: str, number: int) -> frozenset[int]:
    return frozenset().union(*(_part(part, number) for part in text.split(",")))


def _part(part: str, number: int) -> set[int]:
    low, high = _BOUNDS[number]
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        first, last = low, high
    elif "-" in span:
        first, last = (_value(end, number) for end in span.split("-", 1))
    else:
        first = _value(span, number)
        last = high if step else first
    if not (low <= first <= high and low <= last <= high) or (step and not step.isdigit()):
        msg = f"{part} is out of bounds in a cron expression"
        raise ScheduleError(msg)
    return set(range(first, last + 1, int(step or 1)))


def _value(text: str, number: int) -> int:
    names = _NAMES[number]
    if text.upper() in names:
        return names.index(text.upper()) + 1
    if not text.isdigit():
        msg = f"{text} is outside the scope of this simulator's cron expressions"
        raise ScheduleError(msg)
    return int(text)
