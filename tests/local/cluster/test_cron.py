"""Schedules of five fields."""

from datetime import UTC, datetime

import pytest

from local.cluster.cron import CronError, parse

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "zone", "expected"),
    [
        ("* * * * *", "", "2026-11-24T10:01"),
        ("*/15 * * * *", "", "2026-11-24T10:15"),
        ("0 9 * * mon-fri", "", "2026-11-25T09:00"),
        ("0 9 * * MON", "", "2026-11-30T09:00"),
        ("30 8-17/3 * * *", "", "2026-11-24T11:30"),
        ("5,50 10 24 nov ?", "", "2026-11-24T10:05"),
        ("0 0 1 * 5", "", "2026-11-27T00:00"),
        ("0 0 29 2 *", "", "2028-02-29T00:00"),
        ("0 20 * * *", "Asia/Tokyo", "2026-11-24T11:00"),
        ("@daily", "", "2026-11-25T00:00"),
        ("30 2 28,29 3 *", "Europe/Berlin", "2027-03-29T00:30"),
        ("10/20 * * * *", "", "2026-11-24T10:10"),
    ],
)
def test_the_next_time_of_a_schedule(schedule: str, zone: str, expected: str) -> None:
    found = parse(schedule, zone).after(TUESDAY)
    assert found is not None
    assert found.isoformat()[:16] == expected


def test_a_day_that_never_comes_has_no_next_time() -> None:
    assert parse("0 0 31 2 *").after(TUESDAY) is None


@pytest.mark.parametrize(
    ("schedule", "zone", "why"),
    [
        ("* * * *", "", "expected exactly 5 fields, found 4"),
        ("60 * * * *", "", "value out of range"),
        ("* * * * funday", "", "failed to parse int from funday"),
        ("5-3 * * * *", "", "beginning of range"),
        ("*/0 * * * *", "", "step of 0"),
        ("TZ=Asia/Tokyo 0 9 * * *", "", "cannot use TZ"),
        ("@every 5m", "", "expected exactly 5 fields, found 2"),
        ("* * * * *", "Asia/Nowhere", "unknown time zone"),
    ],
)
def test_a_text_that_is_no_schedule_is_refused(schedule: str, zone: str, why: str) -> None:
    with pytest.raises(CronError, match=why):
        parse(schedule, zone)
