"""The page of notifications lists every event that the code tells, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

from norikae.secret_sync.news import Told
from norikae.upgrade.state import AppOutcome, Outcome

PAGE = Path("docs/notifications.md").read_text()
FILLED = {
    "upgrade-{}": get_args(Outcome),
    "application-{}": get_args(AppOutcome),
    "cluster-{}": ("adopted", "undone"),
    "secret-{}": get_args(Told),
}
"""What the events with a hole can be."""
NEVER = {"upgrade-", "upgrade-held", "application-waiting", "application-shifting"}
"""A run without an end is told by nobody; a shift that ends so counts as held."""


def told() -> set[str]:
    """Every event in a call of ``tell``."""
    events: set[str] = set()
    for file in Path("lambdas/norikae").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tell":
                events |= set(spelled(node.args[1]))
    return events - NEVER


def spelled(event: ast.expr) -> list[str]:
    if isinstance(event, ast.Constant):
        return [str(event.value)]
    assert isinstance(event, ast.JoinedStr)
    form = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in event.values)
    return [form.format(filling) for filling in FILLED[form]]


def test_the_page_lists_every_event_and_no_other() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert {event for row in rows for event in re.findall(r"`([a-z-]+)`", row)} == told()


def test_the_example_has_the_keys_that_are_always_there() -> None:
    example = PAGE.partition("```json\n")[2].partition("```")[0]
    for key in ("schema", "environment", "event", "severity", "run", "text"):
        assert f'"{key}":' in example
