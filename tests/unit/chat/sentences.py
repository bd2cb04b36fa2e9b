"""The sentences that stand in norikae's sources, with a mark for each fact that they name."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
NORIKAE = ROOT / "lambdas" / "norikae"
FACT = "\N{LEFT WHITE SQUARE BRACKET}\N{RIGHT WHITE SQUARE BRACKET}"
WORDS = re.compile(r"[A-Za-z][a-z']*[,;:]? +[a-z]")
"""Two words after one another."""

BETWEEN = re.compile(rf"(?:^|{FACT}[):,]?) [a-z]{{2,}} (?:\(?{FACT}|$)")
"""A word between two facts."""
BEFORE = re.compile(r"^[;:] ")
"""What parts a sentence from the one before it."""


class Sentence(NamedTuple):
    """One sentence.

    Args:
        where: file and line.
        text: with ``FACT`` for whatever a program puts in.
        facts: what that is, as the source has it.
    """

    where: str
    text: str
    facts: tuple[str, ...]

    @property
    def file(self) -> str:
        """Without the line."""
        return self.where.partition(":")[0]

    @property
    def pieces(self) -> tuple[str, ...]:
        """What it says literally."""
        return tuple(self.text.split(FACT))

    @property
    def has_words(self) -> bool:
        """Whether it is more than a word, or a word between facts."""
        return bool(WORDS.search(self.text)) or (self.text.count(FACT) > 1 and bool(BETWEEN.search(self.text)))

    @property
    def may_say_more(self) -> bool:
        """Whether it has a fact that may be nothing, such as a reason behind it."""
        return self.text.endswith(FACT) or FACT * 2 in self.text


def sentences(*names: str) -> list[Sentence]:
    """Each string in some sources that is no docstring, those inside of others too.

    Args:
        *names: of files and folders below ``norikae``, or below the root.
    """
    files = [file for name in names for file in _files(ROOT if name.startswith("stacks/") else NORIKAE, name)]
    return [one for file in files for one in _of(file)]


def _files(root: Path, name: str) -> list[Path]:
    path = root / name
    assert path.exists(), path
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _of(file: Path) -> Iterator[Sentence]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in _strings(tree):
        values = node.values if isinstance(node, ast.JoinedStr) else []
        facts = tuple(ast.unparse(one.value) for one in values if isinstance(one, ast.FormattedValue))
        place = file.relative_to(NORIKAE if file.is_relative_to(NORIKAE) else ROOT)
        yield Sentence(f"{place}:{node.lineno}", _text(node), facts)


def _strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Strings that are said; a string that is a statement is a docstring, and what ``re`` is given is a pattern."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
        return
    if isinstance(node, ast.JoinedStr):
        yield node
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _strings(part.value)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _strings(child)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """What one says by itself: sentences that follow others are told one by one."""
    if isinstance(node, ast.Constant):
        return BEFORE.sub("", str(node.value))
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else FACT for part in node.values)
    return BEFORE.sub("", text)
