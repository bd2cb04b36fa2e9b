"""What synth says of schedules that EventBridge Scheduler would refuse, or that would never start anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.environment_file import EnvironmentFileError, load
from tests.unit.test_environment_file import SMALL

NONE = "is no schedule expression"
TIMES = "write `at(2026-12-01T10:00:00)` or `cron(0 10 ? * TUE#1 *)`: minute hour day month weekday year"


def mistakes(folder: Path, more: str) -> list[str]:
    """What synth says of the small environment file with more in it, by key."""
    (folder / "argocd.yaml").write_text("kind: Namespace\n")
    file = folder / "chat.yaml"
    file.write_text(f"{SMALL}{more}")
    try:
        load(file)
    except EnvironmentFileError as error:
        return [line.removeprefix(f"{file}:").partition(": ")[2] for line in str(error).splitlines()]
    return []


def scheduled(at: str, zone: str = "UTC") -> str:
    return f"windows: {{timezone: {zone}}}\nschedule:\n  - {{name: q, at: {at!r}}}\n"


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (
            "cron(0 25 ? * TUE *)",
            f"says cron(0 25 ? * TUE *) {NONE}: it has '25' as hour, which goes from 0 to 23; {TIMES}",
        ),
        (
            "at(2026-02-30T10:00:00)",
            f"says at(2026-02-30T10:00:00) {NONE}: it has a date or a time that there is not; {TIMES}",
        ),
        (
            "at(2020-12-01T10:00:00)",
            'is "at(2020-12-01T10:00:00)", which does not come any more; remove it, or write a time that is to come',
        ),
        (
            "cron(0 0 30 2 ? *)",
            'is "cron(0 0 30 2 ? *)", which does not come any more; remove it, or write a time that is to come',
        ),
    ],
)
def test_a_schedule_that_would_not_come_is_a_mistake(tmp_path: Path, at: str, wrong: str) -> None:
    assert mistakes(tmp_path, scheduled(at)) == [f"schedule[0].at: {wrong}"]


def test_a_time_that_clocks_skip_is_a_mistake_where_they_skip_it(tmp_path: Path) -> None:
    spring = "at(2099-03-29T02:30:00)"  # the last Sunday of March
    assert mistakes(tmp_path, scheduled(spring, "Asia/Tokyo")) == []
    (wrong,) = mistakes(tmp_path, scheduled(spring, "Europe/Berlin"))
    assert wrong == (
        f'schedule[0].at: is "{spring}", which clocks in Europe/Berlin skip when they are put forward; write a time an '
        "hour earlier or later"
    )


def test_a_rate_is_no_time_for_an_upgrade(tmp_path: Path) -> None:
    (wrong,) = mistakes(tmp_path, scheduled("rate(1 day)"))
    assert wrong.startswith("schedule[0].at:")


def test_two_schedules_with_one_name_are_a_mistake(tmp_path: Path) -> None:
    two = "schedule:\n  - {name: q, at: 'cron(0 10 1 * ? *)'}\n  - {name: q, at: 'cron(0 10 2 * ? *)'}\n"
    assert mistakes(tmp_path, two) == [
        'schedule[1].name: is "q", as another schedule; give every schedule its own name'
    ]


def test_a_mistake_of_the_time_zone_is_said_once(tmp_path: Path) -> None:
    (wrong,) = mistakes(tmp_path, scheduled("cron(0 10 1 * ? *)", "Asia/Tokio"))
    assert wrong.startswith("windows.timezone:")
