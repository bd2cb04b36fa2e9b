"""Tables of the pages hold what the code has: nothing that was taken away, and nothing missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from norikae.preflight.run import CHECKS
from norikae.traffic.applications import KNOWN, PREFIX, find_applications

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TEAMS = (DOCS / "application-teams.md").read_text(encoding="utf-8")


def first_column(page: str, heading: str) -> set[str]:
    """The code in the first column of the table below a heading."""
    below = page.partition(f"# {heading}\n")[2]
    table = re.split(r"\n#|\n\n(?=[^|])", below.partition("\n|---")[2])[0]
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def examples() -> list[Any]:
    """The YAML of the page for application teams."""
    return [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", TEAMS, re.DOTALL)]


def marks_in(value: Any) -> list[dict[str, str]]:
    """Every mapping called ``annotations`` inside a document, wherever it stands."""
    if not isinstance(value, dict):
        return []
    here = [value["annotations"]] if isinstance(value.get("annotations"), dict) else []
    return [*here, *(found for child in value.values() for found in marks_in(child))]


def test_the_page_for_teams_lists_every_annotation() -> None:
    assert first_column(TEAMS, "What norikae reads") == {PREFIX + key for key in KNOWN}


def test_the_annotations_that_teams_copy_are_understood() -> None:
    shown = [marks for one in examples() for marks in marks_in(one) if PREFIX + "shift" in marks]
    assert len(shown) == 2
    for marks in shown:
        ingress = {
            "metadata": {"namespace": "shop", "name": "public", "annotations": marks},
            "spec": {"rules": [{"host": "billing.example.com"}]},
        }
        (found,) = find_applications([ingress])
        assert (found.name, found.team) == ("billing", "payments")
        assert marks["external-dns.kubernetes.io/ingress-hostname-source"] == "annotation-only"


def test_the_runbook_explains_every_check() -> None:
    page = (DOCS / "runbook.md").read_text(encoding="utf-8")
    assert first_column(page, "Findings of the preflight") == set(CHECKS)


def test_the_index_of_the_world_lists_every_page() -> None:
    index = (DOCS / "world/README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| \[[^\]]+\]\(([^)]+)\)", index, re.MULTILINE))
    assert listed == {path.name for path in (DOCS / "world").glob("*.md")} - {"README.md"}
