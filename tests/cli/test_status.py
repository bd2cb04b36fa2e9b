"""How a run looks: in a pipe, on a terminal, and while it is watched. The texts are files in ``golden``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from norikae.errors import CredentialsExpiredError, ForbiddenError, UnreachableError
from tests.cli.terminal import GOODBYE, PLAN_ASKED, RUN, STATUS, Json, Terminal, in_turn

GOLDEN = Path(__file__).parent / "golden"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
COLOURS = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])[0-9;]*m")
WAITS: Json = {**STATUS, "applications": {}, "questions": [PLAN_ASKED], "flags": {}, "spans": STATUS["spans"][:1]}
MOVING: Json = {**STATUS, "questions": []}
ENDED: Json = {**MOVING, "outcome": "succeeded", "waiting_for": "", "flags": {}}
STORIES: dict[str, Json] = {
    "shifting": STATUS,
    "waits": WAITS,
    "by-hash": {
        **WAITS,
        "questions": [{key: value for key, value in GOODBYE.items() if key not in ("code", "expires")}],
    },
    "partial": {**MOVING, "questions": [{"subject": "partial", "text": "web is on blue.\nBoth cost 20 USD a day."}]},
    "ended": ENDED,
    "nothing": {"run": "", "adoption": STATUS["adoption"]},
    "bare": {"run": RUN, "phase": "soak", "waiting_for": "", "outcome": ""},
}


@pytest.mark.parametrize("story", STORIES)
def test_a_pipe_gets_plain_lines(story: str) -> None:
    terminal = Terminal(answers=in_turn(STORIES[story]))
    terminal.types("status")
    assert terminal.out == (GOLDEN / f"{story}.txt").read_text(encoding="utf-8")


def test_a_terminal_gets_a_tree_in_colours() -> None:
    terminal = Terminal(answers=in_turn(STATUS), terminal=True)
    terminal.types("--environment demo status")
    assert COLOURS.search(terminal.out)
    shown = "\n".join(line.rstrip() for line in ESCAPES.sub("", terminal.out).splitlines()) + "\n"
    assert shown == (GOLDEN / "tree.txt").read_text(encoding="utf-8")


def test_no_color_means_none() -> None:
    terminal = Terminal(answers=in_turn(STATUS), terminal=True)
    terminal.variables["NO_COLOR"] = "1"
    terminal.types("status")
    assert not COLOURS.search(terminal.out)
    assert "└──" in terminal.out


def test_a_dumb_terminal_gets_plain_lines() -> None:
    terminal = Terminal(answers=in_turn(STATUS), terminal=True)
    terminal.variables["TERM"] = "dumb"
    terminal.types("status")
    assert "\x1b" not in terminal.out


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_watch_ends_when_a_person_is_waited_for(is_terminal: bool) -> None:  # noqa: FBT001 - pytest's
    terminal = Terminal(answers=in_turn(MOVING, MOVING, WAITS), terminal=is_terminal)
    assert terminal.types("status --watch") == 5
    assert terminal.seconds == 10
    assert f"norikae approve {RUN} k3x9qa" in terminal.out
    assert len(terminal.said) == 3


def test_a_watch_goes_on_past_questions_until_the_run_has_ended() -> None:
    terminal = Terminal(answers=in_turn(WAITS, MOVING, {**ENDED, "outcome": "rolled-back"}))
    assert terminal.types("status --watch --until ended --every 30s") == 4
    assert terminal.seconds == 60


def test_a_pipe_is_told_only_what_is_new() -> None:
    later = {**MOVING, "now": STATUS["now"] + 5}
    moved = {**later, "applications": {**later["applications"], "chat-api": {"outcome": "moved", "weight": 100}}}
    terminal = Terminal(answers=in_turn(MOVING, later, moved, {**moved, "outcome": "succeeded"}))
    assert terminal.types("status --watch") == 0
    lines = terminal.out.splitlines()
    assert len(lines) == len(set(lines))
    assert sum("chat-api" in line for line in lines) == 2


def test_a_watch_in_json_is_the_last_answer_alone() -> None:
    terminal = Terminal(answers=in_turn(MOVING, ENDED))
    assert terminal.types("status --watch --output json") == 0
    assert terminal.out.count("\n") == 1
    assert '"outcome":"succeeded"' in terminal.out


def test_a_watch_has_an_end() -> None:
    terminal = Terminal(answers=in_turn(MOVING))
    assert terminal.types("status --watch --timeout 1m") == 124
    assert terminal.seconds == 60
    assert "neither has the run ended nor does it wait for a person after 60 s" in terminal.err


def test_a_network_that_comes_back_does_not_end_a_watch() -> None:
    away = UnreachableError("no connection")
    terminal = Terminal(answers=in_turn(MOVING, *[away] * 9, ENDED))
    assert terminal.types("status --watch") == 0
    assert terminal.err.count("norikae: no connection; looking again\n") == 9


@pytest.mark.parametrize(
    ("error", "code", "looks"),
    [
        (UnreachableError("no connection"), 69, 10),
        (TimeoutError("no answer"), 124, 10),
        (CredentialsExpiredError("log in"), 77, 1),
        (ForbiddenError("mio may not ask"), 77, 1),
    ],
)
def test_a_watch_ends_when_looking_is_in_vain(error: Exception, code: int, looks: int) -> None:
    terminal = Terminal(answers=in_turn(error))
    assert terminal.types("status --watch") == code
    assert len(terminal.said) == looks


def test_a_run_that_nobody_knows_is_not_watched_for_ever() -> None:
    terminal = Terminal(answers=in_turn({"run": "demo-1-53", "phase": "", "outcome": ""}))
    assert terminal.types("status demo-1-53 --watch") == 2
    assert terminal.err == "norikae: nothing is known of a run demo-1-53; norikae status names the last one\n"


def test_a_small_terminal_shows_what_needs_a_look_first() -> None:
    many = {f"app-{number:02}": {"outcome": "waiting", "weight": 0} for number in range(40)}
    answer = {**ENDED, "applications": {**many, "broken": {"outcome": "failed", "weight": 0, "reason": "503"}}}
    terminal = Terminal(answers=in_turn(answer), terminal=True)
    terminal.variables["LINES"] = "24"
    assert terminal.types("status --watch") == 0
    shown = ESCAPES.sub("", terminal.out)
    assert "broken" in shown
    assert re.search(r"and \d+ more", shown)
    assert "adoption of demo-1-33" in shown
