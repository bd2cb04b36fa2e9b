"""docs/cli.md says what is so: every example is executed, every verb and every exit code has its place."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli.exits import Exit
from norikae.commands.model import VERBS
from tests.cli.terminal import PLAN_ASKED, STATUS, Json, Terminal
from tests.cli.test_status import GOLDEN

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
LINES = [part.strip() for block in BLOCKS for line in block.splitlines() for part in line.split("&&")]
FOR_GOOD = re.compile(r"norikae (abort|roll-back|unadopt|clean-green)(?!.*--yes)")


ENDS_AT = 4
"""The look at which a run that is watched to its end has moved everything."""


class Run:
    """What a function says while a plan waits, to which somebody says yes in the end; to all else it says yes."""

    def __init__(self) -> None:
        self.looks = 0

    def answer(self, command: Json) -> Json:
        if command.get("command") != "status":
            return {"run": STATUS["run"]}
        self.looks += 1
        return {**STATUS, "outcome": "succeeded"} if self.looks == ENDS_AT else {**STATUS, "questions": [PLAN_ASKED]}


@pytest.mark.parametrize("line", LINES)
def test_every_example_does_what_it_says(line: str) -> None:
    word, *typed = shlex.split(line)
    assert word == "norikae"
    run = Run()
    terminal = Terminal(answers=run.answer, terminal=True, keys="y\n")
    ends = Exit.WAITS if "--watch" in typed and "ended" not in typed else Exit.DONE
    assert terminal.types(line.removeprefix("norikae ")) == ends, terminal.err
    asked = FOR_GOOD.match(line) is not None
    assert ("Go on? [y/N]" in terminal.err) == asked
    if typed[0] == "help":
        assert terminal.said == []
        return
    assert terminal.said[-1]["command"] == typed[0]
    if typed[0] == "status":
        assert run.looks == (ENDS_AT if "ended" in typed else 1)
    if "--reason" in typed:
        assert terminal.said[-1]["reason"] == typed[typed.index("--reason") + 1]


def test_every_verb_has_an_example() -> None:
    assert {shlex.split(line)[1] for line in LINES} == set(VERBS)


def test_every_exit_code_has_a_row() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d+) \| ", PAGE, re.MULTILINE)] == sorted(Exit)


def test_the_tree_on_the_page_is_the_tree_on_a_terminal() -> None:
    shown = (GOLDEN / "tree.txt").read_text(encoding="utf-8").replace(" --environment demo", "").splitlines()
    (tree,) = re.findall(r"```\n(demo-1-35.*?)\n…\n```", PAGE, re.DOTALL)
    assert tree.splitlines() == shown[: len(tree.splitlines())]
