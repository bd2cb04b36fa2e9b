"""Rules and calendars together: whether it is open, and when it is open for long enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from norikae.windows.opening import FARTHEST, Opening, open_at

if TYPE_CHECKING:
    from norikae.environment import Windows
    from norikae.windows.ports import Calendars

MOST_ASKED = 60
"""How often calendars are asked in one search."""
SECONDS_PER_DAY = 86_400
Look = Callable[[float], Opening]
"""What it says of an instant in seconds since the epoch."""


def looker(windows: Windows, calendars: Calendars) -> Look:
    """What says of an instant whether it is open, by the rules first and then by all calendars.

    Args:
        windows: of the environment file.
        calendars: asked only about an instant at which the rules are open.
    """

    def look(instant: float) -> Opening:
        found = open_at(windows, instant)
        if not windows.calendars or not found.is_open:
            return found
        state = calendars.state(windows.calendars, instant)
        if not state.is_open:
            return Opening(False, f"a Change Calendar is closed: {', '.join(windows.calendars)}", state.until)
        ends = [end for end in (found.until, state.until) if end is not None]
        return Opening(True, found.reason, min(ends, default=None))

    return look


def openings(look: Look, now: float) -> Iterator[tuple[float, float | None]]:
    """Begin and end of each opening from now on, for two years; the first may have begun, the last may have no end.

    Args:
        look: as ``looker`` gives it.
        now: in seconds since the epoch.
    """
    instant: float | None = now
    while instant is not None and instant - now < FARTHEST * SECONDS_PER_DAY:
        found = look(instant)
        if found.is_open:
            yield instant, found.until
        instant = found.until


def next_fit(windows: Windows, calendars: Calendars, now: float, seconds: float) -> float | None:
    """The first instant from now on at which it is open for so long; None when there is none within two years.

    Calendars are asked some sixty times at most; what is found by then is good enough to look again.

    Args:
        windows: of the environment file.
        calendars: Systems Manager.
        now: in seconds since the epoch.
        seconds: how long it has to stay open.
    """
    for asked, (begin, end) in enumerate(openings(looker(windows, calendars), now)):
        if end is None or end - begin >= seconds or (windows.calendars and asked >= MOST_ASKED):
            return begin
    return None


def longest_opening(windows: Windows, now: float) -> float | None:
    """How long the longest opening of the next two years is by the rules, in seconds; None when one has no end."""
    lengths = [None if end is None else end - begin for begin, end in openings(lambda at: open_at(windows, at), now)]
    known = [one for one in lengths if one is not None]
    return None if len(known) < len(lengths) else max(known, default=0)
