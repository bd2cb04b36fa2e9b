"""What has to hold of the keys about windows, schedules and the end of support."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from zoneinfo import available_timezones

import msgspec

from norikae.environment import Environment, Windows
from norikae.errors import SettingsError
from norikae.scheduled.expression import At, read_expression
from norikae.scheduled.occurrence import is_skipped, next_after
from norikae.windows.fit import longest_opening
from norikae.windows.needs import needs_of
from norikae.windows.opening import open_at, zone_of
from norikae.windows.rules import read_rule
from stacks.environment.gate_rules import Values
from stacks.environment.lines import Path
from stacks.environment.schema import duration_text

PART: Path = ("windows",)
CALENDAR = re.compile(r"[A-Za-z0-9_.-]{3,128}|arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:document/[A-Za-z0-9_./-]+")
"""A document's name or ARN (Systems Manager API reference, GetCalendarState, CalendarNames)."""
LONGEST_ZONE = 50
"""Characters (Scheduler API reference, CreateSchedule, ScheduleExpressionTimezone)."""


def windows_can_be_read(values: Values) -> None:
    """Every rule means something, and so do the time zone and the calendars."""
    windows = values(*PART)
    if _mistake(values, (*PART, "timezone"), lambda: zone_of(windows["timezone"])):
        return
    wrong = [
        _mistake(values, (*PART, key, place), partial(read_rule, text))
        for key in ("allow", "deny")
        for place, text in enumerate(windows[key])
    ]
    for place, name in enumerate(windows["calendars"]):
        if not CALENDAR.fullmatch(name):
            right = "write the name or the ARN of a Change Calendar"
            values.mistake((*PART, "calendars", place), f'is "{name}", which is no calendar', right)
    if not any(wrong):
        _windows_open_some_day(values)


def _windows_open_some_day(values: Values) -> None:
    """Rules that never let anything go on would stop every run at its first phase, where nobody expects it."""
    windows, now = msgspec.convert(values(*PART), Windows), datetime.now(UTC).timestamp()
    found = open_at(windows, now)
    if not found.is_open and found.until is None:
        key = "allow" if windows.allow else "deny"
        wrong = f"leaves no opening within two years: {found.reason}"
        values.mistake((*PART, key), wrong, "allow a time that is not denied")


def what_follows_fits(values: Values) -> None:
    """The longest opening has room for each phase and each step, or nothing would ever begin."""
    try:
        environment = msgspec.convert(values(), Environment)
        windows = environment.windows
        longest = longest_opening(windows, datetime.now(UTC).timestamp())
    except (msgspec.ValidationError, SettingsError):
        return  # another rule says so
    if windows.at_end == "finish" or longest is None:
        return
    name, seconds = max(needs_of(environment).items(), key=lambda one: one[1])
    if seconds > longest > 0:
        wrong = f"opens for {duration_text(int(longest))} at most, and {name} may take {duration_text(seconds)}"
        values.mistake((*PART, "allow"), wrong, "open longer, shorten its deadline, or set windows.at_end: finish")


def schedules_are_whole(values: Values) -> None:
    """Each schedule has its own name, and an expression that EventBridge Scheduler takes and that comes once more."""
    schedules, timezone = values("schedule"), values(*PART, "timezone")
    names = [one["name"] for one in schedules]
    if schedules and len(timezone) > LONGEST_ZONE:
        wrong = f"has {len(timezone)} characters, and EventBridge Scheduler takes {LONGEST_ZONE}"
        values.mistake((*PART, "timezone"), wrong, "write a shorter name of the same zone")
    for place, one in enumerate(schedules):
        if one["name"] in names[:place]:
            path: Path = ("schedule", place, "name")
            values.mistake(path, f'is "{one["name"]}", as another schedule', "give every schedule its own name")
        path = ("schedule", place, "at")
        if not _mistake(values, path, partial(read_expression, one["at"])):
            _schedule_comes(values, path, one["at"], timezone)


def _schedule_comes(values: Values, path: Path, text: str, timezone: str) -> None:
    """Scheduler refuses ``at`` a time that has passed; what never comes would start nothing, unnoticed."""
    try:
        zone, expression = zone_of(timezone), read_expression(text)
    except SettingsError:
        return  # another rule says so
    if next_after(expression, zone, datetime.now(UTC).timestamp()) is None:
        values.mistake(path, f'is "{text}", which does not come any more', "remove it, or write a time that is to come")
    elif isinstance(expression, At) and is_skipped(expression.moment, zone):
        wrong = f'is "{text}", which clocks in {timezone} skip when they are put forward'
        values.mistake(path, wrong, "write a time an hour earlier or later")


def support_is_told_in_order(values: Values) -> None:
    """Nobody is told after the end."""
    for place, days in enumerate(values("support", "tell")):
        if days < 1:
            values.mistake(("support", "tell", place), f"is {days}", "write a number of days before the end, from 1 on")


def _mistake(values: Values, path: Path, read: Callable[[], object]) -> bool:
    """Note what a reader refuses; its text has what to write after the first semicolon."""
    try:
        read()
    except SettingsError as error:
        wrong, _, right = str(error).partition("; ")
        word = wrong.split('"')[1] if wrong.startswith('"') else ""
        close = difflib.get_close_matches(word, available_timezones(), n=1) if path[-1] == "timezone" else []
        values.mistake(path, f"says {wrong}", f"did you mean `{close[0]}`?" if close else right)
        return True
    return False


WINDOW_RULES: tuple[tuple[tuple[Path, ...], Callable[[Values], None]], ...] = (
    ((PART,), windows_can_be_read),
    (((),), what_follows_fits),
    ((("schedule",), PART), schedules_are_whole),
    ((("support",),), support_is_told_in_order),
)
"""Each rule with the keys that it reads."""
