from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.aws.eventbridge import schedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_cron_schedule_fires_in_its_minutes_only() -> None:
    office_hours = schedule.parsed("cron(0/30 1-8 ? * MON-FRI *)")
    assert office_hours.fires(at("2026-11-24T01:30"), 0)
    assert not office_hours.fires(at("2026-11-24T01:31"), 0)
    assert not office_hours.fires(at("2026-11-22T01:30"), 0)


def test_a_rate_counts_from_the_creation_of_its_rule() -> None:
    hourly = schedule.parsed("rate(1 hour)")
    assert [minute for minute in range(121) if hourly.fires(at("2026-11-24T00:00"), minute)] == [60, 120]


@pytest.mark.parametrize(
    "text", ["rate(0 minutes)", "cron(0 9 * * * *)", "cron(0 9 L * ? *)", "cron(61 9 * * ? *)", "5m"]
)
def test_what_aws_refuses_or_we_do_not_model_is_refused(text: str) -> None:
    with pytest.raises(schedule.ScheduleError):
        schedule.parsed(text)
