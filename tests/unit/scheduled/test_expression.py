"""What EventBridge Scheduler takes and refuses, and when that comes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from norikae.errors import SettingsError
from norikae.scheduled.expression import At, Rate, read_expression
from norikae.scheduled.occurrence import is_skipped, next_after

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()


def comes(expression: str, zone: str = "UTC", after: float = NOON, count: int = 3) -> list[str]:
    """The next times as clocks of the zone show them."""
    read, clocks, found = read_expression(expression), ZoneInfo(zone), []
    for _ in range(count):
        then = next_after(read, clocks, after)
        if then is None:
            break
        after = then
        found.append(f"{datetime.fromtimestamp(then, clocks):%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("cron(15 10 ? * 6L 2022-2027)", ["2026-12-25 10:15", "2027-01-29 10:15", "2027-02-26 10:15"]),
        ("cron(0 10 ? 1,4,7,10 TUE#2 *)", ["2027-01-12 10:00", "2027-04-13 10:00", "2027-07-13 10:00"]),
        ("cron(0 9 1W * ? *)", ["2026-12-01 09:00", "2027-01-01 09:00", "2027-02-01 09:00"]),
        ("cron(0 9 31W * ? *)", ["2026-12-31 09:00", "2027-01-29 09:00", "2027-03-31 09:00"]),
        ("cron(0 0 L * ? *)", ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-31 00:00"]),
        ("cron(0 0 ? * L *)", ["2026-12-05 00:00", "2026-12-12 00:00", "2026-12-19 00:00"]),
        ("cron(30-30 13-13 ? * 2,4,6 *)", ["2026-11-30 13:30", "2026-12-02 13:30", "2026-12-04 13:30"]),
        ("cron(1-31/30 1-1 ? * mon,sat *)", ["2026-11-30 01:01", "2026-11-30 01:31", "2026-12-05 01:01"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        ("cron(0 0 30 2 ? *)", []),
        ("cron(0 0 1 1 ? 2020)", []),
        ("at(2026-12-01T10:00:00)", ["2026-12-01 10:00"]),
        ("at(2026-11-29T12:00:00)", []),
    ],
)
def test_the_next_times_of_an_expression(expression: str, times: list[str]) -> None:
    assert comes(expression) == times


def test_a_time_that_clocks_skip_is_skipped_and_one_that_they_show_twice_comes_once() -> None:
    spring = datetime(2026, 3, 7, tzinfo=UTC).timestamp()
    assert comes("cron(30 2 * * ? *)", "America/New_York", spring) == [
        "2026-03-07 02:30",
        "2026-03-09 02:30",
        "2026-03-10 02:30",
    ]
    autumn = datetime(2026, 10, 31, 12, tzinfo=UTC).timestamp()
    zone = ZoneInfo("America/New_York")
    (first, second) = (next_after(read_expression("cron(30 1 * * ? *)"), zone, autumn), None)
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC).timestamp()
    second = next_after(read_expression("cron(30 1 * * ? *)"), zone, first)
    assert second == datetime(2026, 11, 2, 6, 30, tzinfo=UTC).timestamp()
    assert is_skipped(datetime.fromisoformat("2026-03-08T02:30"), zone)
    assert not is_skipped(datetime.fromisoformat("2026-03-08T03:00"), zone)


def test_a_rate_comes_when_it_begins_and_then_after_the_same_time_whatever_clocks_do() -> None:
    day = read_expression("rate(1 day)")
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 10, 24, 10, tzinfo=UTC).timestamp()
    assert next_after(day, zone, begin - 1, begin=begin) == begin
    assert next_after(day, zone, begin, begin=begin) == begin + 86400
    assert next_after(day, zone, begin + 86400 * 2.5, begin=begin) == begin + 86400 * 3


def test_kinds_are_told_apart() -> None:
    assert read_expression("rate(5 minutes)") == Rate(300)
    assert read_expression("at(2026-12-01T10:00:30)") == At(datetime.fromisoformat("2026-12-01T10:00:30"))


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("every day", "is neither"),
        ("cron(0 10 * * ? *", "is neither"),
        (f"cron({'0,' * 130}0 10 * * ? *)", "is neither"),
        ("at(2026-12-01)", "has no date and time"),
        ("at(2026-12-01T10:00:00Z)", "has no date and time"),
        ("at(2026-09-08T03:54:26.439)", "has no date and time"),
        ("at(2026-02-30T10:00:00)", "has a date or a time that there is not"),
        ("at(2026-12-01T24:00:00)", "has a date or a time that there is not"),
        ("rate(0 minutes)", "has no number and unit"),
        ("rate(5 weeks)", "has no number and unit"),
        ("cron(0 10 * * ?)", "has 5 fields instead of six"),
        ("cron(0 10 * * * *)", r"has to have a \?"),
        ("cron(0 10 ? * ? *)", r"has to have a \?"),
        ("cron(0 10 1 * MON *)", r"has to have a \?"),
        ("cron(60 10 * * ? *)", "has '60' as minute, which goes from 0 to 59"),
        ("cron(0 24 * * ? *)", "has '24' as hour"),
        ("cron(0 10 0 * ? *)", "has '0' as day of the month"),
        ("cron(0 10 32 * ? *)", "has '32' as day of the month"),
        ("cron(0 10 1 13 ? *)", "has '13' as month, which goes from 1 to 12 or JAN to DEC"),
        ("cron(0 10 1 MON ? *)", "has 'MON' as month"),
        ("cron(0 10 ? * 0 *)", "has '0' as weekday, which goes from 1 to 7 or SUN to SAT"),
        ("cron(0 10 ? * 8 *)", "has '8' as weekday"),
        ("cron(0 10 ? * TUESDAY *)", "has 'TUESDAY' as weekday"),
        ("cron(0 10 ? * * 1969)", "has '1969' as year"),
        ("cron(0 10 ? * * 2200)", "has '2200' as year"),
        ("cron(0 10 ? * TUE#6 *)", "asks for number 6 of a weekday"),
        ("cron(0 10 ? * 3#1,6#3 *)", "has '3#1' as weekday"),
        ("cron(0 10 ? * FRI-MON *)", "goes backwards in 'FRI-MON'"),
        ("cron(0 22-4 * * ? *)", "goes backwards in '22-4'"),
        ("cron(0 10 ? * 2/2 *)", "has a / in the weekday"),
        ("cron(0/0 10 * * ? *)", "has no number of minutes after the /"),
        ("cron(0/ 10 * * ? *)", "has '0/'|has no number|as minute"),
        ("cron(, 10 * * ? *)", "has '' as minute"),
        ("cron(-5 10 * * ? *)", "has '' as minute"),
        ("cron(0 10 LW * ? *)", "has 'LW' as day of the month"),
        ("cron(0 10 1,L * ? *)", "has 'L' as day of the month"),
        ("cron(0 10 W * ? *)", "has 'W' as day of the month"),
        ("cron(0 10 32W * ? *)", "has '32' as day of the month"),
        ("cron(٣ 10 * * ? *)", "has .* as minute"),
    ],
)
def test_what_is_refused_says_why_and_what_to_write(expression: str, why: str) -> None:
    with pytest.raises(SettingsError, match=rf"is no schedule expression: it ({why}).*; write `at"):
        read_expression(expression)
