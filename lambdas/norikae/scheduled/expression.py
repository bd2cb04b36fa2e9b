"""When EventBridge Scheduler starts something: ``at(…)``, ``rate(…)`` and ``cron(…)``, read as its guide has them.

Source: EventBridge Scheduler guide, "Schedule types". What the guide does not show is refused: a range that goes
backwards, ``LW``, ``L`` or ``W`` or ``#`` in a list, and ``/`` in the day of the week.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from norikae.errors import SettingsError
from norikae.scheduled.cron import Cron, CronError, read_cron

LONGEST = 256
"""Characters of an expression (API reference, CreateSchedule, ScheduleExpression)."""
UNITS = {"minute": 60, "hour": 3600, "day": 86400}
FORM = re.compile(r"(at|rate|cron)\((.*)\)")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
RATE = re.compile(r"([1-9]\d*) (minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class At:
    """Once.

    Args:
        moment: what the clocks of the schedule's time zone show then; without a zone of its own.
    """

    moment: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """Again and again after the same time.

    Args:
        seconds: that time; a day is 86400 of them, also where clocks are changed.
    """

    seconds: int


Expression = At | Rate | Cron


def read_expression(text: str) -> Expression:
    """What an expression means.

    Args:
        text: such as ``cron(0 10 ? * TUE#1 *)``.

    Raises:
        SettingsError: EventBridge Scheduler takes no such expression; the text says why and what to write.
    """
    try:
        return _read(text)
    except CronError as error:
        raise SettingsError(
            f"{text} is no schedule expression: it {error}; write `at(2026-12-01T10:00:00)` or "
            "`cron(0 10 ? * TUE#1 *)`: minute hour day month weekday year"
        ) from error


def _read(text: str) -> Expression:
    form = FORM.fullmatch(text)
    if form is None or len(text) > LONGEST:
        raise CronError("is neither at(…), rate(…) nor cron(…)")
    kind, inner = form.groups()
    if kind == "at":
        return _at(inner)
    return _rate(inner) if kind == "rate" else read_cron(inner)


def _at(inner: str) -> At:
    if not MOMENT.fullmatch(inner):
        raise CronError("has no date and time such as 2026-12-01T10:00:00, without a zone and without fractions")
    try:
        return At(datetime.fromisoformat(inner))
    except ValueError as error:
        raise CronError("has a date or a time that there is not") from error


def _rate(inner: str) -> Rate:
    found = RATE.fullmatch(inner)
    if found is None:
        raise CronError("has no number and unit such as 5 minutes")
    return Rate(int(found[1]) * UNITS[found[2]])
