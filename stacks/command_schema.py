"""The JSON Schema of every command, made from the model: ``python -m stacks.command_schema`` writes it.

It has one form for each verb, with the fields that the verb takes and no others, for editors and for programs that
speak to ``operator-command`` themselves.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # What is zipped is the import root of the functions, and commands are defined there.
    sys.path.insert(0, str(ROOT / "lambdas"))

from norikae.commands.model import VERBS, Command, Verb  # noqa: E402
from norikae.commands.parse import WITH_EACH, needs, takes  # noqa: E402

Json = dict[str, Any]
SCHEMA = ROOT / "docs" / "command.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FIELD = re.compile(r"^    (\w+): (.+?)(?=\n    \w+: |\Z)", re.MULTILINE | re.DOTALL)


def command_schema() -> Json:
    """One alternative for each verb; its fields have the types and the descriptions of the model."""
    whole = msgspec.json.schema(Command)["$defs"]
    fields: Json = whole["Command"]["properties"]
    about = {name: " ".join(text.split()) for name, text in FIELD.findall(inspect.getdoc(Command) or "")}
    for name, field in fields.items():
        if name in about:
            field["description"] = about[name]
    forms = {verb: _form(verb, fields) for verb in VERBS}
    return {
        "$schema": DIALECT,
        "title": "norikae command",
        "oneOf": [{"$ref": f"#/$defs/{verb}"} for verb in forms],
        "$defs": {**forms, "Actor": _without_arguments(whole["Actor"])},
    }


def schema_text() -> str:
    """The same as it is committed."""
    return json.dumps(command_schema(), indent=2) + "\n"


def _form(verb: Verb, fields: Json) -> Json:
    names = (*takes(verb), *WITH_EACH)
    return {
        "description": VERBS[verb].about,
        "type": "object",
        "properties": {"command": {"const": verb}, **{name: fields[name] for name in names}},
        "required": ["command", *needs(VERBS[verb])],
        "additionalProperties": False,
    }


def _without_arguments(schema: Json) -> Json:
    return {**schema, "description": str(schema["description"]).partition("\n")[0]}


if __name__ == "__main__":
    SCHEMA.write_text(schema_text())
