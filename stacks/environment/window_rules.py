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
CRON_FIELDS = 6


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
    """Each schedule has its own name, and an expression that EventBridge Scheduler takes."""
    schedules = values("schedule")
    names = [one["name"] for one in schedules]
    for place, one in enumerate(schedules):
        if one["name"] in names[:place]:
            path: Path = ("schedule", place, "name")
            values.mistake(path, f'is "{one["name"]}", as another schedule', "give every schedule its own name")
        if wrong := _no_expression(one["at"]):
            right = "write `at(2026-12-01T10:00:00)` or `cron(0 10 ? * TUE#1 *)`: minute hour day month weekday year"
            values.mistake(("schedule", place, "at"), f'is "{one["at"]}", which {wrong}', right)


def _no_expression(text: str) -> str:
    """Why EventBridge Scheduler would not take an expression; empty when it does (Scheduler guide, Schedule types)."""
    kind, _, inner = text.removesuffix(")").partition("(")
    if kind == "at":
        try:
            datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            return "is no date and time"
        return ""
    fields = inner.split()
    if len(fields) != CRON_FIELDS:
        return f"has {len(fields)} fields instead of six"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "has to have a ? for either the day of the month or the weekday"
    return ""


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
