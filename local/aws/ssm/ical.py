"""iCalendar as far as Change Calendars use it: events with time zones, repetitions, exceptions and changed occurrences.

Source: RFC 5545 (3.1 folding, 3.2 parameters, 3.3.10 and 3.8.5 recurrence, 3.6.5 time zones).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from dateutil.tz import tzical

_FOLD = re.compile(r"\r?\n[ \t]")
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_LINE = re.compile(rf"(?P<name>[\w-]+)(?P<params>(?:;[\w-]+={_VALUE}(?:,{_VALUE})*)*):(?P<value>.*)")
_PARAM = re.compile(r';([\w-]+)=("[^"]*"|[^";:]*)')
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_UNTIL_DATE = re.compile(r"(UNTIL=\d{8})(?![\dT])")
_DATE = 8
"""Characters of a date without a time."""


class UnreadableError(Exception):
    """It is no iCalendar, or has something that this reader does not know; says what."""


@dataclass(frozen=True, slots=True)
class Property:
    """One line: a name, parameters, a value."""

    name: str
    params: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """What is between a BEGIN and its END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def one(self, name: str) -> Property | None:
        """The first property of a name."""
        return next((each for each in self.properties if each.name == name), None)

    def text(self, name: str) -> str:
        """The value of the first property of a name; "" when there is none."""
        found = self.one(name)
        return found.value if found else ""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """An event with all its repetitions.

    Args:
        start: of the first.
        length: of each.
        rule: how it is repeated (RRULE); "" when it is not.
        without: occurrences that are left out, by their start.
    """

    start: datetime
    length: timedelta
    rule: str = ""
    without: frozenset[datetime] = frozenset()

    def between(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Those that touch a span of time, each as its beginning and its end in UTC."""
        if not self.rule:
            starts = [self.start]
        else:
            starts = rrulestr(self.rule, dtstart=self.start).between(begin - self.length, end, inc=True)
        for start in starts:
            at = start.astimezone(UTC)
            if at not in self.without and at <= end and at + self.length > begin:
                yield at, at + self.length


def read(text: str) -> Component:
    """The calendar of a document.

    Raises:
        UnreadableError: it is none.
    """
    root = Component("")
    stack = [root]
    for line in filter(None, re.split(r"\r?\n", _FOLD.sub("", text))):
        found = _LINE.fullmatch(line)
        if found is None:
            raise UnreadableError(f"no line of iCalendar: {line!r}")
        name, value = found["name"].upper(), found["value"]
        if name == "BEGIN":
            stack.append(Component(value.upper()))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            if len(stack) == 1 or stack.pop().name != value.upper():
                raise UnreadableError(f"END:{value} ends nothing")
        else:
            params = {key.upper(): given.strip('"') for key, given in _PARAM.findall(found["params"])}
            stack[-1].properties.append(Property(name, params, value))
    if len(stack) > 1 or [part.name for part in root.parts] != ["VCALENDAR"]:
        raise UnreadableError("it is not exactly one VCALENDAR")
    return root.parts[0]


def events(calendar: Component, text: str) -> tuple[Occurrences, ...]:
    """The events of a calendar; those that are cancelled are none.

    Args:
        calendar: as it was read.
        text: of the whole document, for the time zones that it describes itself.

    Raises:
        UnreadableError: one has a beginning, an end, a time zone or a rule that cannot be read.
    """
    zones = _zones(text)
    found = [part for part in calendar.parts if part.name == "VEVENT"]
    changed: dict[str, set[datetime]] = {}
    for event in found:
        if (moved := event.one("RECURRENCE-ID")) is not None:
            changed.setdefault(event.text("UID"), set()).add(_instant(moved, moved.value, zones).astimezone(UTC))
    return tuple(_occurrences(event, changed, zones) for event in found if event.text("STATUS").upper() != "CANCELLED")


def _occurrences(event: Component, changed: dict[str, set[datetime]], zones: dict[str, tzinfo]) -> Occurrences:
    begin = event.one("DTSTART")
    if begin is None:
        raise UnreadableError("an event has no DTSTART")
    start = _instant(begin, begin.value, zones)
    rule = _UNTIL_DATE.sub(r"\1T235959Z", event.text("RRULE"))
    without = {
        _instant(one, value, zones).astimezone(UTC)
        for one in event.properties
        if one.name == "EXDATE"
        for value in one.value.split(",")
    }
    if event.one("RECURRENCE-ID") is None:
        without |= changed.get(event.text("UID"), set())
    try:
        if rule:
            rrulestr(rule, dtstart=start)
    except ValueError as error:
        raise UnreadableError(f"RRULE:{rule}: {error}") from error
    return Occurrences(start, _length(event, begin, start, zones), rule, frozenset(without))


def _length(event: Component, begin: Property, start: datetime, zones: dict[str, tzinfo]) -> timedelta:
    end, lasts = event.one("DTEND"), event.text("DURATION")
    if end is not None:
        length = _instant(end, end.value, zones).astimezone(UTC) - start.astimezone(UTC)
    elif lasts:
        found = _DURATION.fullmatch(lasts)
        if found is None:
            raise UnreadableError(f"DURATION:{lasts}")
        length = timedelta(**{unit: int(number) for unit, number in found.groupdict().items() if number})
    else:
        length = timedelta(days=1 if len(begin.value) == _DATE else 0)
    if length < timedelta(0):
        raise UnreadableError("an event ends before it begins")
    return length


def _instant(stated: Property, value: str, zones: dict[str, tzinfo]) -> datetime:
    """A date or a time with its zone; UTC where none is said."""
    zone: tzinfo | None = UTC
    if not value.endswith("Z") and (name := stated.params.get("TZID", "")):
        zone = zones.get(name) or _zone(name)
    try:
        form = "%Y%m%d" if len(value) == _DATE else "%Y%m%dT%H%M%S"
        return datetime.strptime(value.removesuffix("Z"), form).replace(tzinfo=zone)
    except ValueError as error:
        raise UnreadableError(f"{stated.name}:{value}: {error}") from error


def _zones(text: str) -> dict[str, tzinfo]:
    """The time zones that a document describes, except those that everybody knows."""
    if "BEGIN:VTIMEZONE" not in text:
        return {}
    try:
        described = tzical(StringIO(text))
        return {name: _known(name) or described.get(name) for name in described.keys()}  # noqa: SIM118 - it is no dict
    except ValueError as error:
        raise UnreadableError(f"VTIMEZONE: {error}") from error


def _known(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _zone(name: str) -> tzinfo:
    found = _known(name)
    if found is None:
        raise UnreadableError(f"TZID={name}: no such time zone")
    return found
