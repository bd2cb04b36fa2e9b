"""Durations are whole numbers with one unit, and nothing else is guessed at."""

from __future__ import annotations

import pytest

from norikae.duration import duration_seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90s", 90), ("10m", 600), ("48h", 172800), ("3d", 259200), ("007m", 420)]
)
def test_durations(text: str, seconds: int) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "10 m", "1h30m", "-5m", "1.5h", "10M", "PT10M", "10m\n"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write a whole number and s, m, h or d, such as 10m"):
        duration_seconds(text)
