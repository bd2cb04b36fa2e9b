"""Enumerations, patterns and upper bounds: what botocore's own validator leaves to the service."""

from __future__ import annotations

import re
from typing import Any


def broken_constraints(shape: Any, value: Any, path: str = "") -> list[str]:
    """What a service would say about values that its model does not admit, in the words of AWS.

    Args:
        shape: the shape of the value in the model.
        value: the parameter.
        path: where the value is, for the text.
    """
    if shape.type_name == "structure" and isinstance(value, dict):
        return [
            problem
            for name, member in shape.members.items()
            if value.get(name) is not None
            for problem in broken_constraints(member, value[name], f"{path}.{name}" if path else name)
        ]
    if shape.type_name == "list" and isinstance(value, list):
        problems = [
            p for i, item in enumerate(value, 1) for p in broken_constraints(shape.member, item, f"{path}.{i}.member")
        ]
        return problems + _too_large(shape, len(value), value, path, "have length")
    if shape.type_name == "map" and isinstance(value, dict):
        return [p for key, item in value.items() for p in broken_constraints(shape.value, item, f"{path}.{key}")]
    if shape.type_name == "string" and isinstance(value, str):
        return _broken_string(shape, value, path)
    if shape.type_name in {"integer", "long"} and isinstance(value, int):
        return _too_large(shape, value, value, path, "have value")
    return []


def _broken_string(shape: Any, value: str, path: str) -> list[str]:
    problems = _too_large(shape, len(value), value, path, "have length")
    if shape.enum and value not in shape.enum:
        problems.append(_problem(shape, value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"))
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        problems.append(_problem(shape, value, path, f"Member must satisfy regular expression pattern: {pattern}"))
    return problems


def _too_large(shape: Any, size: int, value: Any, path: str, what: str) -> list[str]:
    limit = shape.metadata.get("max")
    if limit is None or size <= int(limit):
        return []
    return [_problem(shape, value, path, f"Member must {what} less than or equal to {limit}")]


def _problem(shape: Any, value: Any, path: str, constraint: str) -> str:
    """AWS leaves out the value of a member that its model calls sensitive."""
    shown = "" if shape.metadata.get("sensitive") else f" '{value}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"


def _matches(pattern: str, value: str) -> bool:
    """AWS matches the whole value: EKS's own pattern for cluster names has no end and still refuses a dot."""
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        return True  # a pattern of Java's dialect
