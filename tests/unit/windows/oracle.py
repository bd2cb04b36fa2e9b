"""Windows once more, by another way: texts of the clock are compared, minute by minute; nothing is looked ahead.

Clocks are those of ``dateutil``, holidays the list that the Cabinet Office of Japan publishes ("Kokumin no
shukujitsu").
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from dateutil import tz

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HOLIDAYS = {
    "2025": "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 "
    "11-23 11-24",
    "2026": "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 "
    "11-23",
    "2027": "01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23",
    "2028": "01-01 01-10 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-22 10-09 11-03 11-23",
}


def is_open(zone: str, allow: Sequence[str], deny: Sequence[str], instant: float) -> bool:
    """Whether the clocks on the wall show a time that is allowed and not denied."""
    shown = datetime.fromtimestamp(instant, UTC).astimezone(_zone(zone))
    allowed = any(_shows(rule, shown) for rule in allow) or not allow
    return allowed and not any(_shows(rule, shown) for rule in deny)


@cache
def _zone(name: str) -> tz.tzfile:
    found = tz.gettz(name)
    assert found is not None
    return found


def _shows(rule: str, shown: datetime) -> bool:
    today, yesterday = shown, datetime.combine(shown.date(), shown.time()) - timedelta(days=1)
    clock = f"{shown:%H:%M}"
    *days, hours = rule.split(" ") if ":" in rule else (rule, "00:00-24:00")
    day = days[0] if days else ""
    for span in hours.split(","):
        begin, end = span.split("-")
        if begin < end and begin <= clock < end and _is_on(day, today):
            return True
        if begin > end and clock >= begin and _is_on(day, today):
            return True
        if begin > end and clock < end and _is_on(day, yesterday):
            return True
    return False


def _is_on(days: str, when: datetime) -> bool:
    return not days or any(_names(day, f"{when:%Y-%m-%d}", NAMES[when.weekday()]) for day in days.split(","))


def _names(day: str, text: str, name: str) -> bool:
    if day == "holidays":
        return text[5:] in HOLIDAYS.get(text[:4], "").split()
    if day[0].isdigit():
        first, _, last = day.partition("/")
        return first <= text <= (last or first)
    if "-" in day:
        first, last = day.split("-")
        week = (NAMES * 2)[NAMES.index(first) :]
        return name in week[: week.index(last) + 1]
    return day == name
