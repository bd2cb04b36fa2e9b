"""docs/secrets.md has what a SecretSync may say, and its example is one that norikae can carry out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import yaml

from norikae.secret_sync import decide, reference
from norikae.secret_sync.declaration import read_declaration
from norikae.secret_sync.template import FILTERS
from tests.unit.secret_sync.declared import rendered

PAGE = Path("docs/secrets.md").read_text(encoding="utf-8")
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]))
FIELDS = {"secret", "format", "key", "nested", "keys", "templates", "onEdit"}


def section(heading: str) -> str:
    return PAGE.partition(f"# {heading}\n")[2].partition("\n#")[0]


def test_the_example_can_be_carried_out() -> None:
    sync, role, binding = OBJECTS
    declaration = read_declaration(sync)
    made = rendered('{"username": "a", "password": "b/c", "host": "h", "port": 5432}', **sync["spec"])
    assert made["DATABASE_URL"] == b"postgres://a:b%2Fc@h:5432/shop"
    assert role["rules"][0]["resourceNames"] == [declaration.target_name]
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "patch", "create"}
    assert binding["subjects"][0]["name"] == "norikae:secrets"
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert {one["metadata"]["namespace"] for one in OBJECTS} == {declaration.namespace}


def test_every_field_has_a_row() -> None:
    rows = set(re.findall(r"^\| `([A-Za-z.]+)` \|", section("Fields of a SecretSync"), re.MULTILINE))
    assert rows == FIELDS | {f"target.{name}" for name in ("name", "type", "labels", "takeOver")}


def test_every_filter_has_a_row() -> None:
    assert set(re.findall(r"\\\|([a-z0-9]+)", section("Templates"))) == set(FILTERS)


def test_every_reason_has_a_row() -> None:
    rows = re.findall(r"^\| `([A-Z][a-z]+)` \|", section("What the status says"), re.MULTILINE)
    assert sorted(name.lower() for name in rows) == sorted(get_args(decide.Became))


def test_every_refusal_has_a_row() -> None:
    text = " ".join(re.findall(r"^\| `(.+?)` \|", section("What the status says"), re.MULTILINE))
    code = "".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in (decide, reference))
    said = ["may not go to the namespace", "was marked for deletion at", "has the label AWSCURRENT"]
    said += ["is there already and not norikae's", "belongs to SecretSync", "which cannot be changed to"]
    said += ["is immutable, so nobody can write it", "norikae carries those of account"]
    assert all(piece in code and piece in text for piece in said)
