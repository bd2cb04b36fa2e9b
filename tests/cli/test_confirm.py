"""What cannot be undone is asked about on a terminal, and refused without one, unless somebody has said yes before."""

from __future__ import annotations

import pytest

from cli.confirm import FOR_GOOD
from norikae.commands.model import VERBS
from tests.cli.terminal import GOODBYE, PLAN_ASKED, RUN, STATUS, Json, Terminal


def asked(*questions: Json) -> Json:
    return {**STATUS, "questions": list(questions)}


def verbs_said(terminal: Terminal) -> list[str]:
    return [one["command"] for one in terminal.said]


@pytest.mark.parametrize("line", ["abort", "roll-back chat-api", "clean-green", "unadopt"])
def test_a_script_has_to_say_yes(line: str) -> None:
    terminal = Terminal()
    assert terminal.types(line) == 64
    assert "say --yes when nobody can be asked" in terminal.err
    assert terminal.said == []
    assert terminal.types(f"{line} --yes") == 0
    assert verbs_said(terminal) == [line.split(maxsplit=1)[0]]


@pytest.mark.parametrize(("keys", "code"), [("y\n", 0), ("Yes\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_a_person_is_asked(keys: str, code: int) -> None:
    terminal = Terminal(terminal=True, keys=keys)
    assert terminal.types("abort") == code
    assert terminal.err.startswith(f"{VERBS['abort'].about} This cannot be undone. Go on? [y/N] ")
    assert verbs_said(terminal) == (["abort"] if code == 0 else [])


def test_the_question_names_what_goes() -> None:
    terminal = Terminal(terminal=True, keys="n\n")
    terminal.types("roll-back chat-api")
    assert "(chat-api)" in terminal.err


def test_only_the_approval_of_a_decommission_is_asked_about() -> None:
    waiting = asked(PLAN_ASKED, GOODBYE)
    answers = lambda command: waiting if command["command"] == "status" else {"run": RUN}  # noqa: E731 - two words
    terminal = Terminal(answers=answers)
    assert terminal.types(f"approve {RUN} {PLAN_ASKED['code']}") == 0
    assert terminal.types(f"approve {RUN} {GOODBYE['code'].upper()}") == 64
    assert f"The old cluster will be deleted: {GOODBYE['text']}" in terminal.err
    assert verbs_said(terminal) == ["status", "approve", "status"]
    assert terminal.said[0] == {"command": "status", "run": RUN, "environment": "demo"}
    assert terminal.types(f"approve {RUN} {GOODBYE['code']} --yes") == 0


def test_the_subject_tells_without_a_look() -> None:
    terminal = Terminal()
    assert terminal.types(f"approve --subject plan --plan-hash {PLAN_ASKED['plan_hash']}") == 0
    assert terminal.types(f"approve --subject decommission --plan-hash {PLAN_ASKED['plan_hash']}") == 64
    assert verbs_said(terminal) == ["approve"]


def test_what_is_asked_for_good_are_verbs() -> None:
    assert VERBS.keys() >= FOR_GOOD
