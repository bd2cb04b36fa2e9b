"""Quantities as Kubernetes writes them: ``1000m`` is ``1``, ``1024Mi`` is ``1Gi``."""

import re
from fractions import Fraction

_QUANTITY = re.compile(r"^(?P<number>[+-]?(\d+(\.\d*)?|\.\d+))(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$")
_TEN = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_TWO = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_PLACES = frozenset(
    {"requests", "limits", "hard", "capacity", "sizeLimit", "averageValue", "divisor", "defaultRequest"}
)


def is_place(path: tuple[str, ...]) -> bool:
    """Whether a field with this path holds a quantity, such as ``spec.containers.web.resources.requests.cpu``."""
    return not _PLACES.isdisjoint(path) or path[-2:] == ("target", "value")


def same_quantity(one: object, other: object) -> bool:
    """Whether two values are the same amount; the API server writes amounts in a form of its own.

    Source: apimachinery ``pkg/api/resource/quantity.go`` (CanonicalizeBytes).
    """
    left, right = _amount(one), _amount(other)
    return left is not None and left == right


def _amount(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _QUANTITY.match(str(value))
    if found is None:
        return None
    number, suffix = Fraction(found["number"]), found["suffix"] or ""
    if suffix in _TWO:
        return number * Fraction(2) ** _TWO[suffix]
    if suffix[:1] in ("e", "E") and len(suffix) > 1:
        return number * Fraction(10) ** int(suffix[1:])
    return number * Fraction(10) ** _TEN.get(suffix, 0)
