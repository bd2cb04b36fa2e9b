"""Public holidays, by a library that knows the law and its changes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@lru_cache(maxsize=4096)
def is_holiday_in_japan(day: date) -> bool:
    """Whether a day is a national holiday of Japan.

    Substitute holidays and citizens' holidays count (Act on National Holidays, article 3, paragraphs 2 and 3);
    ``jpholiday`` computes them from the law. Equinoxes of years to come are computed, too: the government announces
    them each February for the next year.
    """
    import jpholiday  # noqa: PLC0415 - costs a tenth of a second, and only rules that say `holidays` need it

    return bool(jpholiday.is_holiday(day))
