"""Every example of docs/commands.md does what the comment before it promises, and its table is the model's."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from norikae.commands.model import VERBS
from norikae.commands.roles import roles_for
from norikae.environment import Access
from norikae.environment.secrets import SecretSync
from norikae.errors import NorikaeError
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import Flags, ReleasedItem
from stacks.command_schema import command_schema
from tests.unit.commands.people import MACHINE, RIN, TOKEN, Office
from tests.unit.fakes.story import RUN

PAGE = Path("docs/commands.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- (.+?) -> (.+?) -->\n```json\n(.*?)```", re.DOTALL)
EXAMPLES = [pytest.param(match[2], json.loads(match[3]), id=match[1]) for match in EXAMPLE.finditer(PAGE)]
ROW = re.compile(r"^\| `([a-z-]+)` \| (.+?) \| (.*?) \| (.*?) \| (.+?) \|$", re.MULTILINE)
WRONG = tuple(f"refused: command: {one}" for one in ("there is no", "aplication:", "application:", "node:"))
"""What is wrong with a command whatever the environment."""
BEGINS = ("plan", "start", "adopt", "unadopt", "clean-green")


class Desk(Office):
    """Somebody who may say everything, in an environment with all that commands are about."""

    def __init__(self, verb: str) -> None:
        super().__init__()
        people = (msgspec.structs.replace(RIN, name="mio"),)
        self.ports.environment = msgspec.structs.replace(
            self.ports.environment, access=Access(people=people), secret_sync=SecretSync(secrets=("billing/*",))
        )
        self.ports.settings = replace(
            self.ports.settings, adopt_machine="arn:adopt", clean_machine="arn:clean", shift_machine="arn:shift"
        )
        self.asking = self.asked()
        if verb in BEGINS:
            self.ports.table.leases[""] = Lease("", RUN, 7)
        if verb == "resume":
            self.ports.table.delete(RUN, "APPROVAL#plan")

    def effect_of(self, command: dict[str, Any]) -> str:
        """What follows from a command, in words."""
        stands_for = {"CODE": self.asking.code, "PLAN_HASH": self.asking.plan_hash}
        try:
            answer = self.says(RIN, **{key: stands_for.get(str(value), value) for key, value in command.items()})
        except NorikaeError as error:
            return f"refused: {error}"
        return self._answered(command["command"], answer) or "; ".join(self._changed()) or "changes nothing"

    def _answered(self, verb: str, answer: dict[str, Any]) -> str:
        if verb == "status":
            return f"says where {answer['run']} is"
        if verb == "help":
            return "says what mio may" if answer["commands"]["adopt"]["may"] else ""
        if verb == "windows":
            return str(answer["text"])
        if "application" in answer and "started" in answer:
            return f"starts a shift of {answer['application']}"
        if "started" in answer:
            return f"starts {answer['started']}{', a dry run' if answer.get('dry_run') else ''}"
        return f"sends {'a sweep' if answer['sent'] == 'sweep' else answer['sent']}" if "sent" in answer else ""

    def _changed(self) -> list[str]:
        flags = self.ports.table.read(RUN, "FLAGS", Flags) or Flags()
        words = [word for word in ("paused", "aborted") if getattr(flags, word)]
        words += [f"held: {name}" for name in flags.held] + [f"sent back: {name}" for name in flags.sent_back]
        words += [f"skipped: {one.application} {one.gate}" for one in flags.skipped]
        said = [f"flags {', '.join(words)}"] if words else []
        said += [f"wakes {token.removeprefix(f'{TOKEN}/')}: {to['next']}" for token, to in self.woken.items()]
        released = self.ports.table.read(RUN, "RELEASED#billing", ReleasedItem)
        said += ["releases billing"] if released else []
        return said + [f"asks for {one['detail']['node']}" for one in self.ports.notes.sent]


@pytest.fixture(autouse=True)
def preview(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``norikae.windows`` answers, which has tests of its own."""
    module = ModuleType("norikae.windows.preview")
    module.preview = lambda _: {"text": "says when upgrades may move"}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)


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
