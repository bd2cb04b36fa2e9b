"""The page of traps names tests; each of them exists, and each row has one."""

from __future__ import annotations

import ast
import re

import pytest

from .code import ROOT

PAGE = (ROOT / "docs/traps.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.endswith("| Proven by |")]


def functions_of(path: str) -> set[str]:
    """The functions of a file."""
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(PAGE))), ids=str)
def test_a_named_test_exists(path: str, name: str) -> None:
    assert name in functions_of(path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_is_proven(row: str) -> None:
    assert NAMED.search(row.rpartition(" | ")[2])


def test_there_are_both_tables() -> None:
    assert len(ROWS) == len(re.findall(r"`tests/[^`]+`(?= \|$)", PAGE, re.MULTILINE)) > 30
