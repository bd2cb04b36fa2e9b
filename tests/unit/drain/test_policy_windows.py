"""Daily windows against a clock that is read minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.drain.windows import next_opening, window_seconds, window_times

ZONES = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
MINUTE = 60


def openings(window: str, timezone: str, first: int, days: int) -> list[int]:
    """Instants at which the clock there first shows the window's beginning; what a day skips is counted on.

    The clock is asked every minute, so nothing is known here of when it is put forward or back.
    """
    begin = window.partition("-")[0]
    zone, seen, found, before = ZoneInfo(timezone), set(), [], None
    for instant in range(first, first + days * 1440 * MINUTE, MINUTE):
        clock = datetime.fromtimestamp(instant, UTC).astimezone(zone)
        shown = clock.strftime("%H:%M")
        day = clock.date()
        if day not in seen and shown == begin:
            seen.add(day)
            found.append(instant)
        elif day not in seen and before and before.date() == day and before.strftime("%H:%M") < begin < shown:
            seen.add(day)
            skipped = int(begin[:2]) * 60 + int(begin[3:]) - before.hour * 60 - before.minute
            found.append(instant + (skipped - 1) * MINUTE)
        before = clock
    return found


def expected(window: str, timezone: str, now: int) -> int:
    length = window_seconds(*window_times(window))
    known = openings(window, timezone, now - now % MINUTE - 3 * 1440 * MINUTE, 7)
    if any(opening <= now < opening + length for opening in known):
        return now
    return min(opening for opening in known if opening >= now)


times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
windows = st.builds("{}-{}".format, times, times)
around_a_change = st.sampled_from(
    [
        int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()),  # Berlin forward
        int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()),  # Berlin back
        int(datetime(2026, 3, 8, 7, tzinfo=UTC).timestamp()),  # New York forward
        int(datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp()),  # New York back
        int(datetime(2026, 4, 4, 15, tzinfo=UTC).timestamp()),  # Lord Howe back by half an hour
        int(datetime(2026, 10, 3, 15, 30, tzinfo=UTC).timestamp()),  # and forward
    ]
)
instants = st.builds(lambda change, offset: change + offset, around_a_change, st.integers(-2 * 86400, 2 * 86400))


@given(window=windows, timezone=st.sampled_from(ZONES), now=instants)
def test_the_next_opening_is_what_the_clock_shows(window: str, timezone: str, now: int) -> None:
    assert next_opening(window, timezone, now) == expected(window, timezone, now)


@given(window=windows, timezone=st.sampled_from(ZONES), now=instants)
def test_an_opening_is_never_in_the_past_and_never_more_than_a_day_and_an_hour_away(
    window: str, timezone: str, now: int
) -> None:
    assert now <= next_opening(window, timezone, now) <= now + 25 * 3600


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-03-29T00:30:00+00:00", "2026-03-29T01:30:00+00:00"),  # 02:30 does not exist; it begins at 03:30
        ("2026-10-25T00:00:00+00:00", "2026-10-25T00:30:00+00:00"),  # 02:30 comes twice; it begins with the first
        ("2026-10-25T01:15:00+00:00", "2026-10-25T01:15:00+00:00"),  # and is still open when the second comes
        ("2026-10-25T02:30:00+00:00", "2026-10-26T01:30:00+00:00"),  # but does not begin anew
    ],
)
def test_a_window_opens_once_on_days_on_which_clocks_change(now: str, opening: str) -> None:
    instant = datetime.fromisoformat(now).timestamp()
    assert next_opening("02:30-04:30", "Europe/Berlin", instant) == datetime.fromisoformat(opening).timestamp()


def test_a_window_over_midnight_is_open_on_both_sides_of_it() -> None:
    for clock in ("2026-11-24T23:59:00+09:00", "2026-11-25T00:01:00+09:00"):
        instant = datetime.fromisoformat(clock).timestamp()
        assert next_opening("22:00-02:00", "Asia/Tokyo", instant) == instant


def test_an_unknown_time_zone_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        next_opening("02:00-05:00", "Nowhere/Land", 0)
