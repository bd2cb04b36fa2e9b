"""Durations as people write them: ``90s``, ``10m``, ``48h``, ``3d``."""

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"^(\d+)([smhd])$")


def duration_seconds(text: str) -> int:
    """The seconds that a text such as ``10m`` means.

    Raises:
        ValueError: the text is not a whole number followed by s, m, h or d.
    """
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a duration; write a whole number and s, m, h or d, such as 10m")
    return int(match[1]) * _UNITS[match[2]]
