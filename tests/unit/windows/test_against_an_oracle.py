"""Ten thousand random windows and instants: what the rules say is what the clocks on the wall say."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from norikae.environment import Windows
from norikae.windows.opening import open_at
from tests.unit.windows.oracle import is_open

ZONES = (
    *("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"),
    *("Africa/Casablanca", "America/St_Johns", "Asia/Kathmandu", "America/Havana", "Pacific/Apia", "Pacific/Chatham"),
)
CHANGES = (
    *("2026-03-29T01:00", "2026-10-25T01:00"),  # Berlin
    *("2026-03-08T07:00", "2026-11-01T06:00"),  # New York
    *("2026-04-04T15:00", "2026-10-03T15:30"),  # Lord Howe, by half an hour
    *("2018-02-18T02:00", "2018-11-04T03:00"),  # Sao Paulo, at midnight, until 2019
    *("2026-03-08T05:00", "2026-11-01T05:00"),  # Havana, at midnight
    *("2010-11-07T02:31", "2011-03-13T03:31"),  # St. John's, a minute after midnight
    *("2011-12-30T10:00", "2026-02-15T02:00"),  # Apia lost a day; Casablanca's Ramadan
)
DAY = 86_400
PARTS, EACH = 10, 1000


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def hours(dice: random.Random) -> str:
    spans = []
    for _ in range(dice.choice((1, 1, 1, 2))):
        begin, end = dice.sample(range(0, 1440, dice.choice((1, 15, 30, 60))), 2)
        text = f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
        spans.append(dice.choice((text, text, text, "00:00-24:00", "02:30-03:30", "23:00-00:30", "00:00-01:00")))
    return ",".join(spans)


def day(dice: random.Random, near: datetime) -> str:
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    first = near.date() + timedelta(days=dice.randint(-3, 4))
    last = first + timedelta(days=dice.choice((0, 1, 2, 12)))
    # The list of the oracle has no holidays of other years.
    holidays = ("holidays",) if 2025 < near.year < 2027 else ()
    kinds: tuple[str, ...] = (
        dice.choice(names),
        f"{dice.choice(names)}-{dice.choice(names)}",
        f"{first}",
        f"{first}/{last}",
        *holidays,
    )
    return dice.choice(kinds)


def rule(dice: random.Random, near: datetime) -> str:
    days = ",".join(day(dice, near) for _ in range(dice.choice((1, 1, 2))))
    return dice.choice((days, hours(dice), f"{days} {hours(dice)}", f"{days} {hours(dice)}"))


def drawn(dice: random.Random) -> tuple[Windows, float]:
    """Windows and an instant, half of them about a change of clocks."""
    if dice.random() < 0.5:
        instant = moment(dice.choice(CHANGES)) + dice.randint(-2 * DAY, 2 * DAY)
    else:
        instant = moment("2026-01-05T00:00") + dice.randrange(350 * DAY)
    near = datetime.fromtimestamp(instant, UTC)
    allow, deny = (
        tuple(rule(dice, near) for _ in range(count))
        for count in (dice.choice((0, 1, 1, 2)), dice.choice((0, 0, 1, 2)))
    )
    return Windows(timezone=dice.choice(ZONES), allow=allow, deny=deny), float(instant)


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_windows_open_and_close_as_the_clocks_say(part: int) -> None:
    dice = random.Random(part)  # noqa: S311 - the same windows every time
    for _ in range(EACH):
        windows, instant = drawn(dice)
        rules = (windows.timezone, windows.allow, windows.deny)
        found = open_at(windows, instant)
        told = f"{windows} at {instant}: {found}"
        assert found.is_open == is_open(*rules, instant), told
        end = instant + 14 * DAY if found.until is None else found.until
        assert end > instant, told
        # Until then nothing changes: at random instants, at the last second, and minute by minute at first.
        between = {instant + dice.random() * (end - instant) for _ in range(3)} | {max(instant, end - 1)}
        between |= {instant + minute * 60 for minute in (0, 1, 2, 9) if instant + minute * 60 < end}
        assert {is_open(*rules, one) for one in between} == {found.is_open}, told
        if found.until is not None:
            assert is_open(*rules, found.until) != found.is_open, told


def test_every_minute_of_two_days_about_each_change_of_clocks() -> None:
    dice = random.Random("minutes")  # noqa: S311 - as above
    for change in CHANGES:
        for zone in dice.sample(ZONES, 4):
            near = datetime.fromisoformat(change)
            windows = Windows(timezone=zone, allow=(hours(dice), rule(dice, near)), deny=(rule(dice, near),))
            first = moment(change) - DAY
            states = [is_open(zone, windows.allow, windows.deny, first + 60 * minute) for minute in range(2 * 1440)]
            instant, seen = first, []
            while instant < first + 2 * DAY:
                found = open_at(windows, instant)
                seen.append((instant, found.is_open))
                instant = found.until if found.until is not None else first + 2 * DAY
            expected = [
                (first + 60 * minute, state)
                for minute, state in enumerate(states)
                if minute == 0 or states[minute - 1] != state
            ]
            assert seen == expected, f"{windows} about {change}"
