"""Choice rules.

Source: "Choice workflow state", AWS Step Functions Developer Guide.
"""

from __future__ import annotations

import operator
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.aws.step_functions import errors, paths
from local.aws.step_functions.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.step_functions.payload import Scope

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def timestamp(value: Any) -> datetime | None:
    """The instant that a text of RFC 3339 names, with capital T and Z as AWS demands, or nothing."""
    if not isinstance(value, str) or not _TIMESTAMP.match(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_KINDS: dict[str, Callable[[Any], Any]] = {
    "String": _text,
    "Numeric": _number,
    "Boolean": _boolean,
    "Timestamp": timestamp,
}
_TYPES: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: timestamp(value) is not None,
}
COMPARISONS = frozenset(
    {"StringMatches", "IsPresent", *_TYPES}
    | {f"{kind}{order}{path}" for kind in _KINDS for order in _ORDERS for path in ("", "Path")}
) - {f"Boolean{order}{path}" for order in _ORDERS if order != "Equals" for path in ("", "Path")}
"""Every comparison operator there is."""


def matches(rule: dict[str, Any], document: Any, scope: Scope) -> bool:
    """Whether a rule holds.

    Raises:
        StateError: ``States.Runtime`` when a path leads nowhere and the rule is not about presence.
    """
    if "And" in rule:
        return all(matches(part, document, scope) for part in rule["And"])
    if "Or" in rule:
        return any(matches(part, document, scope) for part in rule["Or"])
    if "Not" in rule:
        return not matches(rule["Not"], document, scope)
    name = next(key for key in rule if key in COMPARISONS)
    if name == "IsPresent":
        return _present(rule["Variable"], document, scope) is rule[name]
    return _compare(name, _read(rule["Variable"], document, scope), rule[name], document, scope)


def _compare(name: str, value: Any, expected: Any, document: Any, scope: Scope) -> bool:
    if name in _TYPES:
        return _TYPES[name](value) is expected
    if name == "StringMatches":
        return isinstance(value, str) and _wildcard(expected).fullmatch(value) is not None
    if name.endswith("Path"):
        name, expected = name.removesuffix("Path"), _read(expected, document, scope)
    kind = next(kind for kind in _KINDS if name.startswith(kind))
    one, other = _KINDS[kind](value), _KINDS[kind](expected)
    return one is not None and other is not None and _ORDERS[name.removeprefix(kind)](one, other)


def _present(path: str, document: Any, scope: Scope) -> bool:
    try:
        scope.read(path, document)
    except paths.PathError:
        return False
    return True


def _read(path: str, document: Any, scope: Scope) -> Any:
    try:
        return scope.read(path, document)
    except paths.PathError as error:
        cause = f"Invalid path '{path}': The choice state's condition path references an invalid value."
        raise StateError(errors.RUNTIME, cause) from error


def _wildcard(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|\*|[^\\*]+|\\$", pattern)
    return re.compile(
        "".join(".*" if part == "*" else re.escape(part.replace("\\", "", 1)) for part in parts), re.DOTALL
    )
