"""Every rule of docs/windows.md means something, and every policy is one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from norikae.environment import Windows
from norikae.windows.rules import read_rule

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "windows.md").read_text()
RULES = re.findall(r"^\| `([^`]+)` \|", PAGE.split("## Rules")[1].split("## What waits")[0], re.MULTILINE)


@pytest.mark.parametrize("text", RULES)
def test_a_rule_of_the_page_can_be_read(text: str) -> None:
    assert read_rule(text).text == text


def test_the_page_shows_every_kind_of_rule() -> None:
    read = [read_rule(text) for text in RULES]
    assert any(one.weekdays for one in read)
    assert any(one.dates for one in read)
    assert any(one.holidays for one in read)
    assert any(end > 24 * 60 for one in read for _, end in one.hours)


def test_the_page_has_every_policy() -> None:
    listed = set(re.findall(r"^\| `(wait|roll-back|finish)` \|", PAGE, re.MULTILINE))
    assert listed == set(get_args(get_type_hints(Windows)["at_end"]))
