"""The JSON Schema of an environment file, made from the types in ``norikae.environment``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from norikae.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"([0-9]+)([smhd])")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def types_schema() -> Json:
    """The schema of the values, with durations in whole seconds, none of them below 0."""
    schema = msgspec.json.schema(Environment)
    for part in schema["$defs"].values():
        for field in part.get("properties", {}).values():
            if is_duration(field):
                field.setdefault("minimum", 0)
    return schema


def checker() -> type[Draft202012Validator]:
    """A validator for which 3.0 is no whole number, as it is none for msgspec."""
    numbers = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _checker, value: isinstance(value, int) and not isinstance(value, bool)
    )
    strict: type[Draft202012Validator] = extend(Draft202012Validator, type_checker=numbers)  # type: ignore[no-untyped-call]
    return strict


def editor_schema() -> Json:
    """The schema that editors use: durations are texts, and ``install`` and its like have their descriptions."""
    schema = _for_editors(types_schema())
    return {"$schema": DIALECT, "title": "norikae environment", **schema}


def resolve(schema: Json, definitions: Json) -> Json:
    """A schema, or what it refers to."""
    if "$ref" in schema:
        found: Json = definitions[schema["$ref"].rsplit("/", 1)[1]]
        return found
    return schema


def inside(schema: Json, definitions: Json) -> Json:
    """A schema, or what it refers to, also where nothing may be written instead."""
    options = [option for option in schema.get("anyOf", ()) if "$ref" in option]
    return resolve(options[0] if len(options) == 1 else schema, definitions)


def is_duration(schema: Json) -> bool:
    """Whether a schema is that of a duration."""
    return schema.get("format") == "duration"


def to_seconds(value: Any, schema: Json, definitions: Json) -> Any:  # noqa: ANN401 - any value of the file
    """The value with every duration text in seconds; whatever is no duration stays as it is."""
    known = inside(schema, definitions)
    if is_duration(known) and isinstance(value, str) and (match := DURATION.fullmatch(value)):
        return int(match[1]) * UNITS[match[2]]
    if isinstance(value, dict):
        return {key: to_seconds(item, _of(known, key), definitions) for key, item in value.items()}
    if isinstance(value, list) and "items" in known:
        return [to_seconds(item, known["items"], definitions) for item in value]
    return value


def complete(value: Any, schema: Json, definitions: Json) -> Any:  # noqa: ANN401 - any value of the file
    """The value with the default of every key that it leaves out."""
    known = inside(schema, definitions)
    if isinstance(value, dict):
        fields = known.get("properties", {})
        defaults = {key: field["default"] for key, field in fields.items() if "default" in field}
        given = {key: complete(item, _of(known, key), definitions) for key, item in value.items()}
        return {**defaults, **given}
    if isinstance(value, list) and "items" in known:
        return [complete(item, known["items"], definitions) for item in value]
    return value


def _of(known: Json, key: str) -> Json:
    """The schema of what a mapping has under a key: one that is named, or that of all others."""
    others = known.get("additionalProperties")
    found: Json = known.get("properties", {}).get(key) or (others if isinstance(others, dict) else {})
    return found


def duration_text(seconds: int) -> str:
    """A duration as people write it: the largest unit of which it is a whole number; 48 hours stay 48 hours."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        least = 3 * size if unit == "d" else size
        if seconds >= least and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def fields(
    schema: Json | None = None, definitions: Json | None = None, path: str = ""
) -> Iterator[tuple[str, Json, bool]]:
    """Every key of the file: its path with ``[]`` for list items, its schema, and whether it must be there."""
    top = types_schema() if schema is None else schema
    defs = top["$defs"] if definitions is None else definitions
    known = resolve(top, defs)
    for key, field in known.get("properties", {}).items():
        place = f"{path}.{key}".lstrip(".")
        merged = {**resolve(field, defs), **{name: field[name] for name in field if name != "$ref"}}
        yield place, merged, key in known.get("required", ())
        if "properties" in merged:
            yield from fields(field, defs, place)
        elif "properties" in resolve(merged.get("items", {}), defs):
            yield from fields(merged["items"], defs, f"{place}[]")


def default_text(schema: Json) -> str:
    """The default of a key as people write it; empty when it must be there, or is nothing when left out."""
    if schema.get("default") is None or "properties" in schema:
        return ""
    default = schema["default"]
    if is_duration(schema):
        return duration_text(default)
    if isinstance(default, list | tuple):
        return f"[{', '.join(str(item) for item in default)}]"
    if isinstance(default, bool):
        return str(default).lower()
    return "{}" if default == {} else f"{default:g}" if isinstance(default, float) else str(default)


def _for_editors(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, list):
        return [_for_editors(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if not is_duration(schema):
        without = {key: item for key, item in schema.items() if not (key == "default" and "$ref" in schema)}
        return {key: _for_editors(item) for key, item in without.items()}
    seconds = {key: schema[key] for key in ("type", "minimum", "maximum") if key in schema}
    described = {key: schema[key] for key in ("description",) if key in schema}
    if "default" in schema:
        described["default"] = duration_text(schema["default"])
    return {**described, "anyOf": [{"type": "string", "pattern": f"^{DURATION.pattern}$"}, seconds]}
