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


def answer(command: Json) -> Json:
    """What a function says in which a plan waits and everything has been said yes to."""
    asked = {**STATUS, "questions": [PLAN_ASKED]} if command.get("command") == "status" else {}
    return {"run": STATUS["run"], **asked}


@pytest.mark.parametrize("line", LINES)
def test_every_example_does_what_it_says(line: str) -> None:
    word, *typed = shlex.split(line)
    assert word == "norikae"
    terminal = Terminal(answers=answer, terminal=True, keys="y\n")
    ends = Exit.DONE
    if "--watch" in typed:
        ends = Exit.TIMED_OUT if "ended" in typed else Exit.WAITS
    assert terminal.types(line.removeprefix("norikae ")) == ends, terminal.err
    asked = FOR_GOOD.match(line) is not None
    assert ("Go on? [y/N]" in terminal.err) == asked
    if typed[0] == "help":
        assert terminal.said == []
        return
    assert terminal.said[-1]["command"] == typed[0]
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
