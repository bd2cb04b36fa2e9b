"""Metric math, as far as norikae needs it: numbers, other queries, ``+ - * /`` and parentheses."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Points = dict[int, float]
OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
KNOWN = (ast.BinOp, ast.UnaryOp, ast.USub, ast.Name, ast.Load, ast.Constant, *OPERATORS)


def names_in(expression: str) -> set[str]:
    """The ids of the other queries that an expression uses.

    Raises:
        AwsError: ValidationError for what cannot be read; NotImplemented for functions and the rest of metric math.
    """
    return {node.id for node in ast.walk(_parse(expression)) if isinstance(node, ast.Name)}


def evaluate(expression: str, results: Mapping[str, Points]) -> Points:
    """The series of an expression; it has a point only where all its inputs have one and nothing is divided by zero.

    Raises:
        AwsError: as ``names_in``; ValidationError when the outcome is a number and not a series.
    """
    value = _value(_parse(expression), results)
    if isinstance(value, float):
        raise AwsError("ValidationError", f"Error in expression '{expression}': it must evaluate to a time series")
    return value


def _parse(expression: str) -> ast.expr:
    try:
        tree = ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise AwsError("ValidationError", f"Error in expression '{expression}': {error.msg}") from error
    for node in ast.walk(tree):
        if not isinstance(node, KNOWN):
            raise AwsError("NotImplemented", f"the embedded world's metric math has no '{expression}'", 501)
    return tree


def _value(node: ast.expr, results: Mapping[str, Points]) -> Points | float:
    if isinstance(node, ast.Name):
        return results[node.id]
    if isinstance(node, ast.UnaryOp):
        return _combine(operator.mul, -1.0, _value(node.operand, results))
    if isinstance(node, ast.BinOp):
        return _combine(OPERATORS[type(node.op)], _value(node.left, results), _value(node.right, results))
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    raise AwsError("ValidationError", f"Error in expression: '{ast.unparse(node)}' is not a number")


def _combine(apply: Callable[[float, float], float], left: Points | float, right: Points | float) -> Points | float:
    if isinstance(left, float):
        if isinstance(right, float):
            return apply(left, right)
        pairs = {at: (left, value) for at, value in right.items()}
    elif isinstance(right, float):
        pairs = {at: (value, right) for at, value in left.items()}
    else:
        pairs = {at: (left[at], right[at]) for at in left if at in right}
    divides = apply is operator.truediv
    return {at: apply(one, two) for at, (one, two) in pairs.items() if two or not divides}
