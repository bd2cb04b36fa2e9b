"""The project's own Python files, parsed once for every rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("cli", "lambdas", "stacks", "local")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | Function


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """Path (relative to the repository) and syntax tree of every module of the product and of the embedded world."""
    files = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "build" not in path.parts)
    return tuple((path.relative_to(ROOT), ast.parse(path.read_text())) for path in files)


def functions() -> Iterator[tuple[str, Function]]:
    """Where a function is, and the function; nested ones and methods too."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.lineno} {node.name}", node


def public(tree: ast.Module) -> Iterator[Definition]:
    """What others may use: classes, functions and methods without an underscore, but nothing inside a function."""
    waiting: list[ast.Module | ast.ClassDef] = [tree]
    while waiting:
        for node in waiting.pop().body:
            if isinstance(node, Definition) and not node.name.startswith("_"):
                yield node
                if isinstance(node, ast.ClassDef):
                    waiting.append(node)


def length(node: Function) -> int:
    """The lines of a function without its decorators and its docstring."""
    first = node.body[0]
    documented = ast.get_docstring(node, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def words(name: str) -> set[str]:
    """The words of a name in any of Python's spellings: ``run_table``, ``RunTable``, ``EKSCluster``."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}
