"""The contract pages of names: every row that promises a test has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("page", "folder"),
    [
        ("route53.md", "tests/local/aws/route53"),
        ("external-dns.md", "tests/local/edge"),
        ("clients.md", "tests/local/edge"),
    ],
)
def test_every_test_that_a_page_names_exists(page: str, folder: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/world" / page).read_text()))
    written = {
        name
        for path in (ROOT / folder).glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert named
    assert named <= written


def test_every_refusal_has_a_test() -> None:
    text = (ROOT / "docs/world/route53.md").read_text()
    rows = text.split("| Operation | Situation |")[1].split("\n\n")[0].splitlines()[2:]
    assert len(rows) > 30
    assert [row for row in rows if "`test_" not in row] == []
