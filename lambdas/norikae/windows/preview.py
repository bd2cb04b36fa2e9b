"""When upgrades may move on: what the command ``windows`` answers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from norikae.windows.decide import clock
from norikae.windows.fit import looker, openings

if TYPE_CHECKING:
    from norikae.ports import Ports

SHOWN = 5
"""Openings that are shown."""


def preview(ports: Ports) -> dict[str, Any]:
    """What windows and calendars say of now, and the openings that come, as clocks there show them.

    Args:
        ports: the world; calendars are asked some times.
    """
    windows, now = ports.environment.windows, ports.now
    look = looker(windows, ports.calendars)
    found = look(now)
    coming = islice(((begin, end) for begin, end in openings(look, now) if begin > now), SHOWN)
    return {
        "timezone": windows.timezone,
        "at_end": windows.at_end,
        "now": {"open": found.is_open, "reason": found.reason, "until": _shown(found.until, windows.timezone)},
        "next": [
            {"opens": clock(begin, windows.timezone), "closes": _shown(end, windows.timezone)} for begin, end in coming
        ],
    }


def _shown(instant: float | None, timezone: str) -> str:
    return "" if instant is None else clock(instant, timezone)
