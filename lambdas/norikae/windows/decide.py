"""May the next thing go on? One pure function, and the words that people read about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from norikae.windows.opening import zone_of

if TYPE_CHECKING:
    from norikae.windows.opening import Opening

Next = Literal["go-on", "wait", "roll-back", "hold"]
AtEnd = Literal["wait", "roll-back", "finish"]


@dataclass(frozen=True, slots=True)
class Following:
    """What would go on.

    Args:
        name: in words, such as ``the phase sync-applications`` or ``billing to 25 %``.
        seconds: how long it may take in the worst case.
        midway: whether an application stands between the clusters, so that waiting keeps it there.
    """

    name: str
    seconds: int
    midway: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens, and why.

    Args:
        next: the word that the state machine's Choice reads.
        reason: for the log, the table and people.
        until: for ``wait``: when it is open for long enough, in seconds since the epoch.
        closed: whether it goes on although it should not have; people are told.
    """

    next: Next
    reason: str
    until: float | None = None
    closed: bool = False


def decide(
    following: Following, opening: Opening, *, now: float, fit: float | None, at_end: AtEnd, timezone: str
) -> Decision:
    """Goes on when it is open for as long as what follows may take; otherwise what the environment file says.

    Only what stands midway is rolled back, and only that, or what has an opening to begin in, goes on all the same.

    Args:
        following: what would go on.
        opening: what rules and calendars say of now.
        now: in seconds since the epoch.
        fit: when it is open for long enough next; None when it never is.
        at_end: ``windows.at_end``.
        timezone: of the times that people read.
    """
    left = None if opening.until is None else opening.until - now
    if opening.is_open and (left is None or left >= following.seconds):
        return Decision("go-on", opening.reason)
    why = opening.reason
    if opening.is_open:
        why = f"the window closes in {shortly(left or 0)}, and {following.name} may take {shortly(following.seconds)}"
    if at_end == "finish" and (following.midway or opening.is_open):
        return Decision("go-on", f"{why}; {following.name} goes on all the same (windows.at_end: finish)", closed=True)
    if at_end == "roll-back" and following.midway:
        return Decision("roll-back", f"{why}; it goes back to blue (windows.at_end: roll-back)")
    if fit is None:
        return Decision(
            "hold", f"{why}; no opening that is long enough is known; change windows, or open the calendar, then resume"
        )
    return Decision("wait", f"{why}; {following.name} waits until {clock(fit, timezone)}", until=fit)


def clock(instant: float, timezone: str) -> str:
    """An instant as people there write it: ``Mon 2026-11-30 10:00 Asia/Tokyo``."""
    shown = datetime.fromtimestamp(instant, UTC).astimezone(zone_of(timezone))
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[shown.weekday()]
    return f"{day} {shown:%Y-%m-%d %H:%M} {timezone}"


def shortly(seconds: float) -> str:
    """A span in minutes, or in hours from two hours on."""
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 2 * 60 else f"{minutes / 60:.1f} h"
