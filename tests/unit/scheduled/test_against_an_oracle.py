"""What the parser says comes next is what an oracle finds that asks every minute, in zones that change their clocks."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from norikae.scheduled.expression import read_expression
from norikae.scheduled.occurrence import next_after
from tests.unit.scheduled.oracle import minutes

DAY_FIELDS = (
    *("* ?", "1 ?", "1,15,31 ?", "10-14 ?", "*/7 ?", "5/9 ?", "L ?", "1W ?", "15W ?", "30W ?", "31W ?", "29 ?"),
    *("? *", "? MON", "? MON-FRI", "? 2-4,7", "? L", "? TUE#1", "? 6#5", "? 1#2", "? FRIL", "? 6L", "? SUN,SAT"),
)
HOURS = ("0 0", "30 2", "0/20 1-3", "15,45 0,23", "*/30 */6", "59 23", "10 1", "0-40/25 2")
MONTHS = ("*", "1-3", "FEB", "*/5", "3,10,11", "MAR-APR")
BEGINS = (
    "2026-02-20",
    "2026-03-07",
    "2026-03-28",
    "2026-10-24",
    "2026-10-31",
    "2027-02-25",
    "2028-02-26",
    "2026-08-29",
)
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "UTC")


def cases() -> list[tuple[str, str, str]]:
    chance = random.Random(8)  # noqa: S311 - the same cases each time
    return [
        (
            "cron({} {} {} {} {})".format(
                chance.choice(HOURS),
                (days := chance.choice(DAY_FIELDS)).split()[0],
                chance.choice(MONTHS),
                days.split()[1],
                chance.choice(("*", "2026", "2026-2028", "2027/1")),
            ),
            chance.choice(ZONES),
            chance.choice(BEGINS),
        )
        for _ in range(240)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_every_minute_that_an_oracle_finds_comes_and_no_other(seed: int) -> None:
    compared = 0
    for expression, zone, begin in cases()[seed::4]:
        first = datetime.fromisoformat(begin).replace(tzinfo=UTC)
        last = first + timedelta(days=8)
        # What clocks showed before the first minute is known to nobody but the parser; the oracle looks back an hour.
        wanted = [
            found for found in minutes(expression, zone, first - timedelta(hours=2), last) if found > first.timestamp()
        ]
        read, found, after = read_expression(expression), [], first.timestamp()
        while (after := next_after(read, ZoneInfo(zone), after) or last.timestamp()) < last.timestamp():
            found.append(after)
        assert found == wanted, (expression, zone, begin)
        compared += len(found)
    assert compared > 40
