"""What windows need of the world: calendars of changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class CalendarState:
    """What a Change Calendar says of an instant.

    Args:
        is_open: whether changes may be made.
        until: when that changes, in seconds since the epoch; None when it does not.
    """

    is_open: bool
    until: float | None = None


class Calendars(Protocol):
    """Systems Manager's Change Calendars."""

    def state(self, names: Sequence[str], at: float) -> CalendarState:
        """Whether all of them are open at an instant, in seconds since the epoch (``ssm:GetCalendarState``)."""
