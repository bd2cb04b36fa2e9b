"""When windows are open: what clocks on the wall show decides, instant by instant.

A window is open at an instant when the clocks of its time zone show, at that instant, a time in it. So on the day on
which clocks are put forward from 02:00 to 03:00, ``02:30-03:30`` is open from 03:00 to 03:30 and ``02:10-02:50`` never;
on the day on which they are put back from 03:00 to 02:00, ``02:10-02:50`` is open twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from norikae.errors import SettingsError
from norikae.windows.holidays import is_holiday_in_japan
from norikae.windows.rules import DAY, Rule, read_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from norikae.environment import Windows

FARTHEST = 2 * 366
"""Days that are looked ahead; what does not change within them counts as never."""
NOON = time(12)
Spans = tuple[tuple[int, int], ...]
"""Begin and end in minutes of the wall clock, in order and apart."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What windows say of an instant.

    Args:
        is_open: whether a run may move on.
        reason: which rule says so, in words.
        until: when that changes, in seconds since the epoch; None when it does not within two years.
    """

    is_open: bool
    reason: str
    until: float | None = None


def open_at(windows: Windows, instant: float) -> Opening:
    """Whether rules let a run move on at an instant, why, and until when.

    Calendars are not asked (``norikae.windows.decide`` does).

    Args:
        windows: of the environment file.
        instant: in seconds since the epoch.

    Raises:
        SettingsError: a rule or the time zone means nothing.
    """
    return timetable(windows).at(instant)


@lru_cache(maxsize=64)
def timetable(windows: Windows) -> Timetable:
    """The rules of an environment, read once.

    Raises:
        SettingsError: a rule or the time zone means nothing.
    """
    allow, deny = (tuple(read_rule(text) for text in texts) for texts in (windows.allow, windows.deny))
    return Timetable(zone_of(windows.timezone), allow, deny)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name.

    The bundle has the package ``tzdata``, because not every image of Lambda has the system's files (``zoneinfo`` takes
    either).

    Raises:
        SettingsError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f'"{name}" is no time zone; write a name such as UTC, Asia/Tokyo or Europe/Berlin'
        ) from error


class Timetable:
    """Rules and the clocks that they are read by.

    Args:
        zone: whose clocks.
        allow: when a run may move on; always when there is none.
        deny: when it may not.
    """

    def __init__(self, zone: ZoneInfo, allow: tuple[Rule, ...], deny: tuple[Rule, ...]) -> None:
        self._zone, self._allow, self._deny = zone, allow, deny
        self._begin = lru_cache(maxsize=4096)(self._beginning_on)
        self._spans = lru_cache(maxsize=1024)(self._spans_of)

    def at(self, instant: float) -> Opening:
        """What the rules say of an instant, in seconds since the epoch."""
        is_open = self.is_open(instant)
        return Opening(is_open, self._reason(instant), self._change_after(instant, is_open=is_open))

    def is_open(self, instant: float) -> bool:
        """Whether the rules let a run move on at an instant."""
        day, minute = self._shown(instant)
        return any(begin <= minute < end for begin, end in self._open_on(day))

    def _shown(self, instant: float) -> tuple[date, float]:
        """The date and the minutes since midnight that clocks show."""
        shown = datetime.fromtimestamp(instant, UTC).astimezone(self._zone)
        seconds = shown.second + shown.microsecond / 1_000_000
        return shown.date(), shown.hour * 60 + shown.minute + seconds / 60

    def _reason(self, instant: float) -> str:
        day, minute = self._shown(instant)
        denied = self._matching(self._deny, day, minute)
        if denied:
            return f"`{denied.text}` is denied"
        if not self._allow:
            return "nothing denies it" if self._deny else "no rule limits it"
        allowed = self._matching(self._allow, day, minute)
        return f"`{allowed.text}` is allowed" if allowed else "no rule of windows.allow is open"

    def _matching(self, rules: Iterable[Rule], day: date, minute: float) -> Rule | None:
        return next(
            (
                rule
                for rule in rules
                for offset in (0, 1)
                if rule.begins_on(day - timedelta(days=offset), is_holiday_in_japan)
                and any(begin <= minute + offset * DAY < end for begin, end in rule.hours)
            ),
            None,
        )

    def _open_on(self, day: date) -> Spans:
        """What the clocks show of a date while it is open."""
        return self._spans(self._begin(day - timedelta(days=1)), self._begin(day))

    def _beginning_on(self, day: date) -> tuple[bool, ...]:
        return tuple(rule.begins_on(day, is_holiday_in_japan) for rule in (*self._allow, *self._deny))

    def _spans_of(self, yesterday: tuple[bool, ...], today: tuple[bool, ...]) -> Spans:
        """The same for each kind of date: which rules begin on it, and which on the one before."""
        parts = len(self._allow)
        allowed = list(_hours_of(self._allow, yesterday[:parts], today[:parts])) if self._allow else [(0, DAY)]
        denied = list(_hours_of(self._deny, yesterday[parts:], today[parts:]))
        edges = sorted({0, DAY, *(edge for span in (*allowed, *denied) for edge in span)})
        spans: list[tuple[int, int]] = []
        for begin, end in pairwise(edges):
            if not _holds(allowed, begin) or _holds(denied, begin):
                continue
            if spans and spans[-1][1] == begin:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((begin, end))
        return tuple(spans)

    def _change_after(self, instant: float, *, is_open: bool) -> float | None:
        """The first later instant at which the rules say otherwise."""
        if not self._allow and not self._deny:
            return None
        unchanged: Spans = ((0, DAY),) if is_open else ()
        first, _ = self._shown(instant)
        for offset in range(-1, FARTHEST):
            day = first + timedelta(days=offset)
            days = [day + timedelta(days=later) for later in range(3 if self._is_odd(day) else 1)]
            if all(self._open_on(one) == unchanged for one in days):
                continue
            candidates = {edge for one in days for edge in self._edges(one)}
            for edge in sorted(one for one in candidates if one > instant):
                if self.is_open(edge) != is_open:
                    return edge
        return None

    def _is_odd(self, day: date) -> bool:
        """Whether clocks are put forward or back about then, so that a date may be shown in two pieces."""
        return self._offset(day - timedelta(days=1)) != self._offset(day + timedelta(days=2))

    def _offset(self, day: date) -> timedelta | None:
        return datetime.combine(day, NOON, self._zone).utcoffset()

    def _edges(self, day: date) -> Iterator[float]:
        """Every instant of a date at which something may change: what the spans say, and what the clocks do."""
        minutes = {0, *(edge for span in self._open_on(day) for edge in span)}
        midnight = datetime.combine(day, time(0))
        for minute in minutes:
            shown = (midnight + timedelta(minutes=minute)).replace(tzinfo=self._zone)
            yield from (shown.replace(fold=fold).timestamp() for fold in (0, 1))
        if self._is_odd(day):
            yield from self._put(day)

    def _put(self, day: date) -> Iterator[float]:
        """The instants about a date at which clocks are put forward or back, to the second."""
        begin = int(datetime.combine(day - timedelta(days=1), NOON, self._zone).timestamp())
        for start in range(begin, begin + 3 * 86_400, 3_600):
            low, high = start, start + 3_600
            if self._offset_at(low) == self._offset_at(high):
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self._offset_at(middle) == self._offset_at(start) else (low, middle)
            yield float(high)

    def _offset_at(self, instant: float) -> timedelta | None:
        return datetime.fromtimestamp(instant, UTC).astimezone(self._zone).utcoffset()


def _hours_of(
    rules: tuple[Rule, ...], yesterday: tuple[bool, ...], today: tuple[bool, ...]
) -> Iterator[tuple[int, int]]:
    """The spans of a date that rules have, with what goes on over the midnight before it."""
    for rule, before, on in zip(rules, yesterday, today, strict=True):
        for begin, end in rule.hours:
            if on:
                yield begin, min(end, DAY)
            if before and end > DAY:
                yield 0, end - DAY


def _holds(spans: Iterable[tuple[int, int]], minute: int) -> bool:
    return any(begin <= minute < end for begin, end in spans)
