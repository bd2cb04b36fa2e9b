"""Each door's first line in the README starts an upgrade, read as that door reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.terminal import Terminal
from tests.unit.chat.spoken import DOORS, Spoken
from tests.unit.scheduled.test_rule import mistakes

TABLE = Path("README.md").read_text(encoding="utf-8").partition("| From | Start an upgrade | Then |")[2]
ROW = re.compile(r"^\| \[(\w+)\]\([^)]+\) \| .*?`([^`]+)`.* \| (.+?) \|$", re.MULTILINE)
START = {match[1].lower(): match[2] for match in ROW.finditer(TABLE.partition("\n\n")[0])}


def test_there_is_a_row_for_each_door() -> None:
    assert list(START) == ["slack", "chatwork", "schedule", "terminal", "console"]


@pytest.mark.parametrize("door", DOORS)
def test_a_line_in_a_chat_starts_an_upgrade(door: str) -> None:
    spoken = Spoken(door, "start", START[door])
    command = spoken.command
    assert command is not None
    assert (command["command"], command["version"]) == ("start", "1.35")
    assert command["reason"].startswith("1.33 ")
    assert spoken.followed == "starts demo-1-35-19700112-1-a1"


def test_a_schedule_is_taken_by_the_environment_file(tmp_path: Path) -> None:
    assert mistakes(tmp_path, START["schedule"] + "\n") == []


def test_a_terminal_says_start() -> None:
    terminal = Terminal()
    assert terminal.types(START["terminal"].removeprefix("norikae ")) == Exit.DONE, terminal.err
    assert terminal.said[-1]["command"] == "start"
