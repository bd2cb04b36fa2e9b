"""Custom resources by the schema of their definition: what is dropped, filled in and refused.

Source: ``k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}/algorithm.go``,
``pkg/apiserver/validation`` (kubeOpenAPIResultToFieldErrors), ``k8s.io/kube-openapi/pkg/validation/errors``. Left out:
rules in CEL, ``oneOf`` and its like, formats, embedded resources.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from local.kubernetes.errors import Cause, required
from local.kubernetes.objects import Json, clone
from local.kubernetes.resources import Resource

_META = frozenset({"apiVersion", "kind", "metadata"})
_PRESERVED = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value == int(value),
}


def shape(kind: Resource, obj: Json, *, defaults: bool = True) -> None:
    """Drop the fields that the schema does not know and fill in what has a default, in place."""
    if kind.custom and kind.schema:
        schema = _at_root(kind.schema)
        _prune(schema, obj)
        if defaults:
            _default(schema, obj)


def unknown(kind: Resource, obj: Json) -> str:
    """The path of a field that the schema does not know, such as ``.spec.colour``; "" when it knows all."""
    return next(_strangers(_at_root(kind.schema), obj, ""), "") if kind.custom and kind.schema else ""


def causes(kind: Resource, obj: Json) -> list[Cause]:
    """What the schema refuses of an object, with its defaults filled in."""
    if not (kind.custom and kind.schema):
        return []
    whole = clone(obj)
    _default(_at_root(kind.schema), whole)
    return list(_wrong(_at_root(kind.schema), whole, ""))


def _at_root(schema: Json) -> Json:
    """Metadata is checked elsewhere, and never dropped."""
    known = {name: one for name, one in (schema.get("properties") or {}).items() if name not in _META}
    return {**schema, "properties": {**known, **{name: {_PRESERVED: True} for name in _META}}}


def _inside(schema: Json, value: Any) -> Iterator[tuple[Any, Json, Any]]:
    """The members or items of a value, each with its key and its schema (empty when there is none)."""
    if isinstance(value, dict):
        properties, more = schema.get("properties") or {}, schema.get("additionalProperties")
        for name, one in value.items():
            yield name, properties.get(name) or (more if isinstance(more, dict) else {}), one
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield index, schema.get("items") or {}, one


def _names_strangers(schema: Json, value: Any) -> list[str]:
    if not isinstance(value, dict) or schema.get(_PRESERVED) or "additionalProperties" in schema:
        return []
    return [name for name in value if name not in (schema.get("properties") or {})]


def _strangers(schema: Json, value: Any, here: str) -> Iterator[str]:
    for name in _names_strangers(schema, value):
        yield f"{here}.{name}"
    for key, inner, one in _inside(schema, value):
        if inner:
            yield from _strangers(inner, one, f"{here}.{key}" if isinstance(value, dict) else f"{here}[{key}]")


def _prune(schema: Json, value: Any) -> None:
    for name in _names_strangers(schema, value):
        del value[name]
    for _, inner, one in _inside(schema, value):
        if inner:
            _prune(inner, one)


def _default(schema: Json, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in (schema.get("properties") or {}).items():
            absent = name not in value or (value[name] is None and not inner.get("nullable"))
            if "default" in inner and absent:
                value[name] = clone(inner["default"])
    for _, inner, one in _inside(schema, value):
        _default(inner, one)


def _wrong(schema: Json, value: Any, path: str) -> Iterator[Cause]:
    if value is None and (schema.get("nullable") or not schema.get("type")):
        return
    wanted = schema.get("type")
    if wanted and not _TYPES[wanted](value):
        yield _of_type(wanted, value, path)
        return
    if schema.get(_INT_OR_STRING) and (isinstance(value, bool) or not isinstance(value, int | str)):
        yield _of_type("integer,string", value, path)
        return
    if "enum" in schema and value not in schema["enum"]:
        supported = ", ".join(f'"{one}"' for one in schema["enum"])
        yield Cause(
            "FieldValueNotSupported", f"Unsupported value: {_shown(value)}: supported values: {supported}", path
        )
    for broken in _limits(schema, value):
        yield Cause("FieldValueInvalid", f"Invalid value: {_shown(value)}: {path} in body should {broken}", path)
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield Cause("FieldValueTooLong", f"Too long: may not be more than {schema['maxLength']} bytes", path)
    if isinstance(value, list) and len(value) > schema.get("maxItems", len(value)):
        yield Cause("FieldValueTooMany", f"Too many: {len(value)}: must have at most {schema['maxItems']} items", path)
    yield from _wrong_inside(schema, value, path)


def _wrong_inside(schema: Json, value: Any, path: str) -> Iterator[Cause]:
    prefix = f"{path}." if path else ""
    if isinstance(value, dict):
        for name in schema.get("required") or ():
            if name not in value:
                yield required(f"{prefix}{name}")
    for key, inner, one in _inside(schema, value):
        if inner:
            yield from _wrong(inner, one, f"{prefix}{key}" if isinstance(value, dict) else f"{path}[{key}]")


def _limits(schema: Json, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield f"be at least {schema['minLength']} chars long"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"match '{schema['pattern']}'"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            yield f"be greater than or equal to {schema['minimum']}"
        if value > schema.get("maximum", value):
            yield f"be less than or equal to {schema['maximum']}"
    elif isinstance(value, list | dict):
        what = "Items" if isinstance(value, list) else "Properties"
        if len(value) < schema.get(f"min{what}", 0):
            yield f"have at least {schema[f'min{what}']} {what.lower()}"
        if isinstance(value, dict) and len(value) > schema.get("maxProperties", len(value)):
            yield f"have at most {schema['maxProperties']} properties"


def _of_type(wanted: str, value: Any, path: str) -> Cause:
    named = "null" if value is None else next(name for name, holds in _NAMED if holds(value))
    why = f'Invalid value: "{named}": {path} in body must be of type {wanted}: "{named}"'
    return Cause("FieldValueTypeInvalid", why, path)


_NAMED: tuple[tuple[str, Callable[[Any], bool]], ...] = tuple(
    (name, _TYPES[name]) for name in ("boolean", "integer", "number", "string", "array", "object")
)


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return str(len(value))
    return f'"{value}"' if isinstance(value, str) else str(value)
