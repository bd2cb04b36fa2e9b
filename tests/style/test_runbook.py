"""docs/runbook.md has an entry for everything that a person may meet."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from norikae import errors

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "lambdas/norikae"
PAGE = " ".join((ROOT / "docs/runbook.md").read_text(encoding="utf-8").split())
HEADINGS = set(re.findall(r"^#+ (.+)$", (ROOT / "docs/runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
CLASSES = {name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.NorikaeError)}
ANCHOR = re.compile(r"docs/runbook\.md, '([^']+)'")
SHORTEST = 12
"""A text whose longest fixed piece is shorter, or a single word, says nothing by itself: ``{operation}: {error}``."""


def raised() -> Iterator[tuple[str, str]]:
    """Where an error is made, and the longest fixed piece of its text."""
    for file in sorted(PRODUCT.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if _makes_error(node)):
            assert isinstance(call, ast.Call)
            pieces = [piece for argument in call.args for piece in _fixed(argument)]
            longest = max(pieces, key=len, default="").partition("(docs/runbook.md")[0].strip(" ;:,.'\"()")
            if len(longest) >= SHORTEST and " " in longest:
                yield f"{file.relative_to(ROOT)}:{call.lineno}", longest


def _makes_error(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return node.func.id in CLASSES | {"ValueError", "_wrong"}


def _fixed(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.JoinedStr):
        yield from (str(part.value) for part in argument.values if isinstance(part, ast.Constant))


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_class_of_error_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_text_that_is_raised_has_an_entry() -> None:
    missing = [f"{where}: {text!r}" for where, text in raised() if text not in PAGE]
    assert not missing, "add these texts to docs/runbook.md, with what to do:\n" + "\n".join(missing)


def test_every_heading_that_a_text_refers_to_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for folder in ("lambdas", "stacks") for path in _python(folder)]
    joined = [re.sub(r"\"\s+f?\"", "", source) for source in sources]
    referred = {anchor for source in joined for anchor in ANCHOR.findall(source)}
    assert referred
    assert referred <= HEADINGS


def _python(folder: str) -> Iterator[Path]:
    return (ROOT / folder).rglob("*.py")
