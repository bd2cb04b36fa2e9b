"""The page of notifications and the catalogue of chats have every event that the code tells, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from norikae.notify.catalogue import EVENTS
from norikae.notify.kind import ALWAYS
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


SAID = {"run", "severity"}
"""Arguments of ``tell`` that are always there."""


def calls() -> Iterator[ast.Call]:
    """Every call of ``tell`` that names an event."""
    for file in Path("lambdas/norikae").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "tell":
                continue
            if len(node.args) > 1 and isinstance(node.args[1], ast.Constant | ast.JoinedStr):
                yield node


def told() -> set[str]:
    """Every event in a call of ``tell``."""
    return {event for node in calls() for event in spelled(node.args[1])} - NEVER


def rows() -> Iterator[tuple[list[str], str]]:
    """The events of each row, and its last column."""
    for line in PAGE.partition("## Events\n")[2].partition("\n\n")[0].splitlines():
        if line.startswith("| `"):
            columns = re.split(r"(?<!\\)\|", line)
            yield re.findall(r"`([a-z-]+)`", columns[1]), columns[-2]


def spelled(event: ast.expr) -> list[str]:
    if isinstance(event, ast.Constant):
        return [str(event.value)]
    assert isinstance(event, ast.JoinedStr)
    form = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in event.values)
    return [form.format(filling) for filling in FILLED[form]]


def test_the_page_lists_every_event_and_no_other() -> None:
    assert {event for events, _ in rows() for event in events} == told()


def test_the_catalogue_has_every_event_and_no_other() -> None:
    assert set(EVENTS) == told()


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_the_page_names_the_keys_that_templates_may_name(event: str) -> None:
    keys = EVENTS[event].keys
    (column,) = [column for events, column in rows() if event in events]
    if "the same" not in column:
        assert set(keys) <= set(re.findall(r"`([a-z_]+)`", column))
    assert not set(keys) & set(ALWAYS)


def test_the_catalogue_names_every_key_that_the_code_tells() -> None:
    missing = [
        f"{event}: {keyword.arg}"
        for node in calls()
        for event in spelled(node.args[1])
        for keyword in node.keywords
        if event in EVENTS and keyword.arg and keyword.arg not in {*EVENTS[event].keys, *SAID}
    ]
    assert not missing


def test_the_catalogue_names_no_severity_that_the_page_does_not() -> None:
    for line in PAGE.splitlines():
        if not line.startswith("| `"):
            continue
        _, events, severities, *_ = line.split("|")
        for event in re.findall(r"`([a-z-]+)`", events):
            assert {one for one in ("info", "action", "page") if one in severities} >= set(EVENTS[event].severities)


def test_the_example_has_the_keys_that_are_always_there() -> None:
    example = PAGE.partition("```json\n")[2].partition("```")[0]
    for key in ("schema", "environment", "event", "severity", "run", "text"):
        assert f'"{key}":' in example
