"""What a rule means, and what is said about one that means nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from norikae.environment import Windows
from norikae.errors import SettingsError
from norikae.windows.holidays import is_holiday_in_japan
from norikae.windows.opening import open_at
from norikae.windows.rules import read_rule

TOKYO = "Asia/Tokyo"


def at(text: str) -> float:
    """An instant as text with its offset."""
    return datetime.fromisoformat(text).timestamp()


def shown(instant: float | None, offset: str = "+09:00") -> str:
    assert instant is not None
    zone = datetime.fromisoformat(f"2026-01-01T00:00{offset}").tzinfo
    return f"{datetime.fromtimestamp(instant, UTC).astimezone(zone):%a %Y-%m-%d %H:%M}"


def test_office_hours_open_and_close() -> None:
    windows = Windows(timezone=TOKYO, allow=("mon-thu 10:00-17:00",))
    monday = open_at(windows, at("2026-11-30T12:00+09:00"))
    assert (monday.is_open, monday.reason, shown(monday.until)) == (
        True,
        "`mon-thu 10:00-17:00` is allowed",
        "Mon 2026-11-30 17:00",
    )
    friday = open_at(windows, at("2026-12-04T12:00+09:00"))
    assert (friday.is_open, friday.reason, shown(friday.until)) == (
        False,
        "no rule of windows.allow is open",
        "Mon 2026-12-07 10:00",
    )


def test_what_is_denied_is_denied_whatever_is_allowed() -> None:
    windows = Windows(timezone=TOKYO, allow=("mon-thu 10:00-17:00",), deny=("holidays", "2026-12-25/2027-01-05"))
    new_year = open_at(windows, at("2026-12-28T12:00+09:00"))
    assert (new_year.is_open, new_year.reason) == (False, "`2026-12-25/2027-01-05` is denied")
    assert shown(new_year.until) == "Wed 2027-01-06 10:00"


def test_a_span_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    windows = Windows(timezone=TOKYO, allow=("fri 22:00-04:00",))
    assert open_at(windows, at("2026-12-05T03:59+09:00")).is_open
    assert not open_at(windows, at("2026-12-05T04:00+09:00")).is_open
    assert not open_at(windows, at("2026-12-04T03:00+09:00")).is_open


def test_the_night_before_a_denied_day_ends_at_its_midnight() -> None:
    windows = Windows(timezone=TOKYO, allow=("22:00-04:00",), deny=("2026-12-25",))
    assert shown(open_at(windows, at("2026-12-24T23:00+09:00")).until) == "Fri 2026-12-25 00:00"


def test_without_rules_everything_is_open_for_ever() -> None:
    found = open_at(Windows(), 0.0)
    assert (found.is_open, found.reason, found.until) == (True, "no rule limits it", None)


def test_the_search_for_an_opening_ends_after_two_years() -> None:
    found = open_at(Windows(allow=("2026-01-01",)), at("2026-06-01T00:00+00:00"))
    assert (found.is_open, found.until) == (False, None)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 5, 6), "Constitution Day was a Sunday"),
        (date(2026, 9, 22), "between two holidays"),
        (date(2027, 3, 22), "the equinox is a Sunday"),
        (date(2026, 1, 1), "New Year"),
    ],
)
def test_substitute_and_citizens_holidays_count(day: date, name: str) -> None:
    assert is_holiday_in_japan(day), name


def test_the_thirty_first_of_december_is_none() -> None:
    assert not is_holiday_in_japan(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("allowed", "open_from", "until"),
    [
        ("02:30-03:30", "Sun 2026-03-29 03:00", "Sun 2026-03-29 03:30"),  # half of it is skipped
        ("02:10-02:50", "Mon 2026-03-30 02:10", "Mon 2026-03-30 02:50"),  # all of it is
        ("01:30-02:30", "Sun 2026-03-29 01:30", "Sun 2026-03-29 03:00"),
    ],
)
def test_clocks_that_are_put_forward_skip_what_they_do_not_show(allowed: str, open_from: str, until: str) -> None:
    windows = Windows(timezone="Europe/Berlin", allow=(allowed,))
    found = open_at(windows, at("2026-03-29T00:00+01:00"))
    opening = found.until
    assert opening is not None
    after = opening >= at("2026-03-29T03:00+02:00")
    assert shown(opening, "+02:00" if after else "+01:00") == open_from
    assert shown(open_at(windows, opening).until, "+02:00") == until


def test_clocks_that_are_put_back_show_an_hour_twice() -> None:
    windows = Windows(timezone="Europe/Berlin", allow=("02:10-02:50",))
    instant, changes = at("2026-10-25T00:00+02:00"), []
    for _ in range(4):
        until = open_at(windows, instant).until
        assert until is not None
        instant = until
        changes.append(shown(instant, "+00:00")[-5:])
    assert changes == ["00:10", "00:50", "01:10", "01:50"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no rule of days and hours; write days, hours, or"),
        ("mon 10:00-12:00 tue", "is no rule of days and hours; write"),
        ("mon tue", "names days twice; separate days by commas"),
        ("monday", "is no day that a rule knows; did you mean `mon`"),
        ("holiday", "is no day that a rule knows; did you mean `holidays`"),
        ("xyz", "days are mon, tue, wed"),
        ("2026-12-25/2026-12-24", "ends before it begins; write the earlier date first"),
        ("2026-02-30", "is no date of the calendar; write year-month-day"),
        ("2026-1-5", "is no date of the calendar"),
        ("10:00-10:00", "is no time at all; end it later"),
        ("24:00-02:00", "is no span of hours; write both as hh:mm"),
        ("9:00-10:00", "is no span of hours"),
        ("10:00", "is no span of hours"),
        ("10:00-25:00", "is no span of hours"),
        ("10:75-12:00", "is no span of hours"),
    ],
)
def test_a_rule_that_means_nothing_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_rule(text)
    assert said in str(raised.value)


def test_a_time_zone_that_nobody_knows() -> None:
    with pytest.raises(SettingsError, match="is no time zone; write a name such as"):
        open_at(Windows(timezone="Asia/Tokio"), 0)
