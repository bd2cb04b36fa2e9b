"""The hours of a day in which maintenance may begin."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = 86_400


def next_opening(window: str, timezone: str, now: float) -> float:
    """The first instant from now on, in seconds since the epoch, that lies in a daily window; now while one is open.

    A window begins when the clocks there show its beginning: the first time of two when they are put back, and as much
    later as they are put forward when they skip it (PEP 495, ``fold=0``). It is as long on such a day as on any other.

    Args:
        window: such as ``02:00-05:00``; one that ends before it begins goes on over midnight.
        timezone: of the window, a key of the time zone database.
        now: the instant from which it counts.

    Raises:
        KeyError: nobody knows the time zone here (``ZoneInfoNotFoundError``).
    """
    zone = ZoneInfo(timezone)
    begin, end = window_times(window)
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    days = (today + timedelta(days=offset) for offset in (-1, 0, 1, 2))
    openings = [datetime.combine(day, begin, zone).timestamp() for day in days]
    if any(opening <= now < opening + window_seconds(begin, end) for opening in openings):
        return now
    return min(opening for opening in openings if opening >= now)


def window_times(window: str) -> tuple[time, time]:
    """Beginning and end of a window as times of the day."""
    begin, _, end = window.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def window_seconds(begin: time, end: time) -> int:
    """How long a window is, in seconds; 0 when it ends as it begins."""
    minutes = (end.hour - begin.hour) * 60 + end.minute - begin.minute
    return minutes * 60 % _DAY
