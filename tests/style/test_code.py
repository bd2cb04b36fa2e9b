"""Rules of size, names and texts that no linter knows."""

from __future__ import annotations

import ast

import pytest

from .code import ROOT, functions, length, modules, public, words

HANDLER_LINES, MODULE_LINES, FUNCTION_LINES = 20, 300, 50
NOTHING = {"manager", "managers", "helper", "helpers", "util", "utils", "service"}
"""Words that say nothing about what a thing does."""
LOGGED = {"debug", "info", "warning", "error", "exception", "critical"}


def test_the_rules_find_the_code() -> None:
    assert len(modules()) > 150
    assert len(list(functions())) > 1000


def test_a_handler_is_short() -> None:
    files = sorted((ROOT / "lambdas/handlers").glob("*/*.py"))
    assert files
    assert [path.name for path in files if len(path.read_text().splitlines()) > HANDLER_LINES] == []


def test_a_module_fits_into_a_head() -> None:
    sizes = {str(path): len((ROOT / path).read_text().splitlines()) for path, _ in modules()}
    assert {path: size for path, size in sizes.items() if size > MODULE_LINES} == {}


def test_a_function_fits_onto_a_screen() -> None:
    assert {name: length(node) for name, node in functions() if length(node) > FUNCTION_LINES} == {}


def test_whatever_is_public_says_what_it_guarantees() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules()
        for node in public(tree)
        if not ast.get_docstring(node) and not _is_overload(node)
    ]
    assert silent == []


def _is_overload(node: ast.AST) -> bool:
    marks = getattr(node, "decorator_list", [])
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in marks)


def test_no_name_says_nothing() -> None:
    empty = [str(path) for path, _ in modules() if words(path.stem) & NOTHING]
    empty += [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and words(node.name) & NOTHING
    ]
    assert empty == []


def test_what_is_logged_has_a_constant_message() -> None:
    """A message that is always the same can be counted and searched; what changes goes into keys."""
    assembled = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _logs(call) and any(not _is_constant(part) for part in call.args[:1])
    ]
    assert assembled == []


def _logs(call: ast.Call) -> bool:
    target = call.func
    if not isinstance(target, ast.Attribute) or target.attr not in LOGGED or not call.args:
        return False
    return isinstance(target.value, ast.Name) and "log" in words(target.value.id) | {target.value.id.lower()[:3]}


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("run_table", {"run", "table"}),
        ("RunTable", {"run", "table"}),
        ("EKSCluster", {"eks", "cluster"}),
        ("test_utils", {"test", "utils"}),
    ],
)
def test_names_are_taken_apart_in_every_spelling(name: str, expected: set[str]) -> None:
    assert words(name) == expected


def test_a_function_is_measured_without_its_docstring() -> None:
    text = 'def move() -> None:\n    """Move.\n\n    Slowly.\n    """\n    step()\n    step()\n'
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    assert length(function) == 3
