"""The table of all keys for the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.environment.schema import default_text, duration_text, fields, is_duration

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = "<!-- keys: written by `python -m stacks.environment_file --docs` -->"
END = "<!-- end of keys -->"

Json = dict[str, Any]


def table() -> str:
    """A Markdown table of every key: what it takes, its default, what it means."""
    rows = ["| Key | Takes | Default | Meaning |", "|---|---|---|---|"]
    for path, schema, required in fields():
        default = "**required**" if required else f"`{default_text(schema)}`" if default_text(schema) else ""
        rows.append(f"| `{path}` | {_takes(schema)} | {default} | {_escaped(schema.get('description', ''))} |")
    return "\n".join(rows)


def write_into(page: Path) -> None:
    """Put the table between the two marks of a page."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


def _takes(schema: Json) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if is_duration(schema):
        return "duration" + _range(schema, duration_text)
    kind = str(schema.get("type", ""))
    if kind == "array":
        inner = schema.get("items", {})
        return f"list of {_takes(inner)}" if "$ref" not in inner else "list"
    if "properties" in schema:
        return "keys below"
    if kind == "object":
        return "mapping of keys" if "$ref" in schema.get("additionalProperties", {}) else "mapping of texts"
    names = {"string": "text", "integer": "whole number", "number": "number"}
    pattern = f" `{_escaped(schema['pattern'])}`" if "pattern" in schema else ""
    return names.get(kind, kind) + pattern + _range(schema, str)


def _range(schema: Json, show: Any) -> str:  # noqa: ANN401 - a function from a bound to text
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return ""
    if high is None:
        return f", at least {show(low)}"
    return f", {show(low)} to {show(high)}" if low is not None else f", at most {show(high)}"


def _escaped(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;").replace(">", "&gt;")
