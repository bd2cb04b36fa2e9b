"""From what the JSON Schema finds to words that say what is wrong and what would be right."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from stacks.environment.schema import checker, duration_text, is_duration, resolve, to_seconds, types_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import ValidationError

    from stacks.environment.lines import Document, Path

Json = dict[str, Any]

ARTICLES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list, such as [a, b]",
    "object": "a mapping of keys",
    "boolean": "true or false",
}
A_DURATION = "write a whole number with s, m, h or d, such as 90s, 10m, 48h or 3d"


def check(document: Document) -> None:
    """Note every mistake that the types know of, and leave durations in seconds."""
    schema = types_schema()
    definitions = schema["$defs"]
    document.value = to_seconds(document.value, schema, definitions)
    for error in checker()(schema).iter_errors(document.value):
        for cause in _causes(error):
            _explain(document, cause, definitions)


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """What is wrong inside a part that may be left out, instead of that it is neither left out nor right."""
    if error.validator == "anyOf" and isinstance(error.instance, dict):
        for deeper in error.context or ():
            if deeper.path or deeper.validator != "type":
                yield from _causes(deeper)
    else:
        yield error


def _explain(document: Document, error: ValidationError, definitions: Json) -> None:
    path: Path = tuple(error.absolute_path)
    known = resolve(error.schema, definitions) if isinstance(error.schema, dict) else {}
    value: Any = error.instance
    expected: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            for key in value:
                if key not in known["properties"]:
                    right = _instead(key, known["properties"])
                    document.mistake((*path, key), "is not a key that exists", right)
        case "required":
            for key in expected:
                if key not in value:
                    _missing(document, (*path, key), resolve(known["properties"][key], definitions))
        case "type":
            wrong, right = _wrong_type(document, path, value, known)
            document.mistake(path, wrong, right)
        case "enum":
            right = _quoted(document.texts.get(path), value, expected) or _instead(
                value, expected, start="write", cutoff=0.75
            )
            right = f"{right} {_described(known)}".rstrip(". ")
            document.mistake(path, f"is {_name(value)}{_lost(document, path, value)}", right)
        case "pattern":
            right = f"it must match {expected}. {_described(known)}".rstrip(". ")
            document.mistake(path, f"is {_shown(value)}", right)
        case _:
            document.mistake(path, *_out_of_range(str(error.validator), value, expected, known))


def _quoted(text: str | None, value: object, possible: Iterable[object]) -> str:
    """What would help when YAML made something else of a text without quotes, such as false of off."""
    return f'put it in quotes: "{text}".' if text in possible and not isinstance(value, str) else ""


def _lost(document: Document, path: Path, value: object) -> str:
    """What YAML made of a text without quotes, when it is no longer to be seen."""
    text = document.texts.get(path, "")
    return (
        ""
        if isinstance(value, str) or not text or str(value).lower() == text.lower()
        else f" (YAML's reading of {text})"
    )


def _missing(document: Document, path: Path, schema: Json) -> None:
    kind = "a duration" if is_duration(schema) else ARTICLES.get(schema.get("type", ""), "a value")
    document.mistake(path, "is missing", f"add `{path[-1]}:` with {kind}. {_described(schema)}".rstrip(". "))


def _wrong_type(document: Document, path: Path, value: object, schema: Json) -> tuple[str, str]:
    wrong = f"is {_name(value)}"
    if is_duration(schema):
        return f"is {_shown(value)}, which is no duration", A_DURATION
    wanted = schema["type"]
    text = document.texts.get(path)
    if wanted == "string" and text is not None and not isinstance(value, str):
        lost = _lost(document, path, value)
        trap = "; without quotes 1.30 becomes 1.3" if isinstance(value, float) else ""
        return f"{wrong}{lost}, not a text", f'put it in quotes: "{text}"{trap}'
    if wanted == "array" and isinstance(value, str):
        return wrong, f"write a list: [{value}]"
    if wanted in ("integer", "number") and isinstance(value, str) and value.lstrip("-").isdigit():
        return wrong, f"write it without quotes: {value}"
    return wrong, f"write {ARTICLES[wanted]}. {_described(schema)}".rstrip(". ")


def _out_of_range(kind: str, value: Any, limit: Any, schema: Json) -> tuple[str, str]:  # noqa: ANN401 - of any schema
    show = duration_text if is_duration(schema) else _shown
    match kind:
        case "minimum":
            return f"is {show(value)}", f"it must be at least {show(limit)}"
        case "maximum":
            return f"is {show(value)}", f"it must be at most {show(limit)}"
        case "minItems" | "minProperties":
            return f"has {len(value)} entries", f"it needs at least {limit}. {_described(schema)}".rstrip(". ")
        case "maxItems":
            return f"has {len(value)} entries", f"it can have {limit} at most. {_described(schema)}".rstrip(". ")
    return f"breaks the rule {kind} {limit}", "see docs/environment-file.md"


def _instead(key: object, possible: Iterable[object], *, start: str = "the keys here are", cutoff: float = 0.6) -> str:
    names = [str(name) for name in possible]
    close = difflib.get_close_matches(str(key), names, n=1, cutoff=cutoff)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"{start} {', '.join(names)}."


def _described(schema: Json) -> str:
    return str(schema.get("description", ""))


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _name(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the yes-or-no value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value}"'
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else f"the date {value}"
