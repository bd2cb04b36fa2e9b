"""Every example of docs/schedule.md is one: the YAML is read at synth, the table is computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.scheduled.test_expression import comes
from tests.unit.scheduled.test_rule import mistakes

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "schedule.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `((?:at|cron)\(.+?\))` \| (.+?) \|$", PAGE, re.MULTILINE)
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("expression", "times"), ROWS)
def test_an_expression_of_the_page_comes_when_it_says(expression: str, times: str) -> None:
    assert ", ".join(comes(expression)) == times


@pytest.mark.parametrize("block", BLOCKS)
def test_the_yaml_of_the_page_is_an_environment_file_s(tmp_path: Path, block: str) -> None:
    assert mistakes(tmp_path, block) == []


def test_the_page_shows_every_kind_of_day() -> None:
    text = " ".join(expression for expression, _ in ROWS)
    assert all(kind in text for kind in ("at(", "#", "W", " L ", "3L", "MON-FRI"))
    assert len(BLOCKS) == 2
