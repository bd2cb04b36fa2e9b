"""Every example of docs/commands.md does what the comment before it promises, and its table is the model's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from norikae.commands.model import VERBS
from norikae.commands.roles import roles_for
from stacks.command_schema import command_schema
from tests.unit.commands.desk import Desk
from tests.unit.commands.people import MACHINE

PAGE = Path("docs/commands.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- (.+?) -> (.+?) -->\n```json\n(.*?)```", re.DOTALL)
EXAMPLES = [pytest.param(match[2], json.loads(match[3]), id=match[1]) for match in EXAMPLE.finditer(PAGE)]
ROW = re.compile(r"^\| `([a-z-]+)` \| (.+?) \| (.*?) \| (.*?) \| (.+?) \|$", re.MULTILINE)
WRONG = tuple(f"refused: command: {one}" for one in ("there is no", "aplication:", "application:", "node:"))
"""What is wrong with a command whatever the environment."""


@pytest.mark.parametrize(("promised", "command"), EXAMPLES)
def test_a_command_of_the_page_does_what_it_promises(promised: str, command: dict[str, Any]) -> None:
    happened = Desk(command.get("command", "")).effect_of(command)
    assert happened.startswith(promised) if promised.startswith("refused: ") else happened == promised, happened


@pytest.mark.parametrize(("promised", "command"), EXAMPLES)
def test_a_command_of_the_page_is_one_by_the_schema(promised: str, command: dict[str, Any]) -> None:
    wrong = promised.startswith(WRONG)
    assert Draft202012Validator(command_schema()).is_valid(command) != wrong


def test_every_command_of_the_console_s_page_is_one_by_the_schema() -> None:
    validator = Draft202012Validator(command_schema())
    console = Path("docs/console.md").read_text(encoding="utf-8")
    for promised, text in re.findall(r"<!-- command: .+? -> (.+?) -->\n```json\n(.*?)```", console, re.DOTALL):
        assert validator.is_valid(json.loads(text)) or promised.startswith("refused: command: "), text


def test_every_block_of_json_has_a_promise() -> None:
    assert PAGE.count("```json") == len(EXAMPLES)


def test_every_verb_has_an_example_and_a_row_as_the_model_has_it() -> None:
    shown = {json.loads(match[3])["command"] for match in EXAMPLE.finditer(PAGE)}
    assert set(VERBS) <= shown
    rows = {match[1]: tuple(match.groups()[1:]) for match in ROW.finditer(PAGE)}
    wanted = {
        verb: (form.about, _code(form.words), _code(form.options), ", ".join(roles_for(verb)))
        for verb, form in VERBS.items()
    }
    assert rows == wanted


def _code(names: tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in names)


def test_upgrades_begin_on_the_upgrade_machine() -> None:
    desk = Desk("start")
    desk.effect_of({"command": "start"})
    assert [machine for machine, _ in desk.ports.executions.started.values()] == [MACHINE]
