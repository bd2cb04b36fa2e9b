"""The grammar of ``windows.allow`` and ``windows.deny``: days, hours, or days with hours.

::

    rule   = days | hours | days " " hours
    days   = day {"," day}
    day    = "mon" | "mon-thu" | "holidays" | "2026-12-25" | "2026-12-25/2027-01-05"
    hours  = span {"," span}
    span   = "10:00-17:00"

Both ends of a range of weekdays or dates belong to it; the minute at which a span ends does not. A span that ends
before it begins goes on over midnight, and belongs to the day on which it began.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from norikae.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = "holidays"
DAY = 24 * 60
"""Minutes that the clocks show on a day, whatever its length is."""
ALL_DAY = ((0, DAY),)
MOST_WORDS = 2
_TIME = re.compile(r"(\d{2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHAPES = "write days, hours, or days and hours, such as `mon-thu 10:00-17:00`"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, read.

    Args:
        text: as it is written.
        weekdays: 0 is Monday.
        holidays: whether it is for holidays.
        dates: first and last date of each range.
        hours: begin and end in minutes since midnight; an end above 1440 is on the next day.
    """

    text: str
    weekdays: frozenset[int] = frozenset()
    holidays: bool = False
    dates: tuple[tuple[date, date], ...] = ()
    hours: tuple[tuple[int, int], ...] = ALL_DAY

    def begins_on(self, day: date, is_holiday: Callable[[date], bool]) -> bool:
        """Whether its hours begin on a day; those of a rule that names no day begin on each."""
        if not (self.weekdays or self.holidays or self.dates):
            return True
        return (
            day.weekday() in self.weekdays
            or any(first <= day <= last for first, last in self.dates)
            or (self.holidays and is_holiday(day))
        )


def read_rule(text: str) -> Rule:
    """The rule that a text of the environment file means.

    Raises:
        SettingsError: it means none; the text says what is wrong and, after a semicolon, what to write.
    """
    words = text.split()
    if not 1 <= len(words) <= MOST_WORDS:
        raise SettingsError(f'"{text}" is no rule of days and hours; {_SHAPES}')
    hours = _hours(words[-1]) if ":" in words[-1] else ALL_DAY
    days = words[:-1] if ":" in words[-1] else words
    if len(days) > 1:
        raise SettingsError(f'"{text}" names days twice; separate days by commas, such as `sat,sun`, without spaces')
    weekdays: set[int] = set()
    dates: list[tuple[date, date]] = []
    holidays = False
    for part in days[0].split(",") if days else ():
        if part == HOLIDAYS:
            holidays = True
        elif part[:1].isdigit():
            dates.append(_dates(part))
        else:
            weekdays |= _weekdays(part)
    return Rule(text, frozenset(weekdays), holidays, tuple(dates), hours)


def _weekdays(part: str) -> set[int]:
    first, dash, last = part.partition("-")
    begin = _weekday(first)
    end = _weekday(last) if dash else begin
    return {(begin + offset) % 7 for offset in range((end - begin) % 7 + 1)}


def _weekday(word: str) -> int:
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    known = (*WEEKDAYS, HOLIDAYS)
    close = difflib.get_close_matches(word.lower(), known, n=1) or [one for one in known if word[:3].lower() == one]
    right = f"did you mean `{close[0]}`?" if close else f"days are {', '.join(known)}, or dates such as 2026-12-25"
    raise SettingsError(f'"{word}" is no day that a rule knows; {right}')


def _dates(part: str) -> tuple[date, date]:
    first, slash, last = part.partition("/")
    begin = _date(first)
    end = _date(last) if slash else begin
    if end < begin:
        raise SettingsError(f'"{part}" ends before it begins; write the earlier date first')
    return begin, end


def _date(word: str) -> date:
    if _DATE.fullmatch(word):
        try:
            found = date.fromisoformat(word)
        except ValueError:
            pass
        else:
            if date.min < found < date.max - timedelta(days=1):
                return found
    raise SettingsError(f'"{word}" is no date of the calendar; write year-month-day, such as 2026-12-25')


def _hours(word: str) -> tuple[tuple[int, int], ...]:
    return tuple(_span(part) for part in word.split(","))


def _span(part: str) -> tuple[int, int]:
    first, dash, last = part.partition("-")
    begin, end = _minutes(first), _minutes(last)
    if not dash or begin is None or end is None or begin == DAY:
        raise SettingsError(f'"{part}" is no span of hours; write both as hh:mm, such as 10:00-17:00 or 22:00-04:00')
    if begin == end:
        raise SettingsError(f'"{part}" is no time at all; end it later, or write 00:00-24:00 for the whole day')
    return begin, end if end > begin else end + DAY


def _minutes(word: str) -> int | None:
    """Minutes since midnight; None when it is no time of the day or its end."""
    found = _TIME.fullmatch(word)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2])
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= DAY else None  # noqa: PLR2004 - minutes of an hour
