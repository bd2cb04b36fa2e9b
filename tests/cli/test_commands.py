"""What is typed becomes the command that ``operate`` takes, for every verb of the model."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cli.arguments import ABOUT, HERE_ONLY, make_parser
from norikae import errors
from norikae.commands.model import VERBS, Command
from tests.cli.terminal import RUN, STATUS, Terminal, in_turn

VALUES = {"applications": "chat-api,web", "subject": "plan"}


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - HERE_ONLY))
def test_every_verb_takes_all_of_its_fields(verb: str) -> None:
    form = VERBS[verb]  # type: ignore[index]
    words = [word.rstrip("?") for word in form.words]
    fields = {
        name: VALUES.get(name, "plan" if name == "subject" else f"some-{name}") for name in (*words, *form.options)
    }
    options = [f"--{name.replace('_', '-')} {fields[name]}" for name in form.options]
    terminal = Terminal()
    assert terminal.types(" ".join([verb, *(fields[word] for word in words), *options, "--yes --reason why"])) == 0
    wanted: dict[str, Any] = {**fields, "command": verb, "reason": "why", "environment": "demo"}
    if "applications" in wanted:
        wanted["applications"] = ["chat-api", "web"]
    assert terminal.said == [wanted]
    assert msgspec.convert(terminal.said[0], Command).command == verb


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - HERE_ONLY))
def test_what_may_be_left_out_is_not_said(verb: str) -> None:
    needed = [word for word in VERBS[verb].words if not word.endswith("?")]  # type: ignore[index]
    terminal = Terminal()
    assert terminal.types(" ".join([verb, *needed, "--yes"])) == 0
    assert terminal.said == [{"command": verb, **{word: word for word in needed}, "environment": "demo"}]


def test_every_field_is_explained() -> None:
    named = {word.rstrip("?") for form in VERBS.values() for word in (*form.words, *form.options)}
    assert named <= ABOUT.keys()


def test_a_code_alone_is_a_code_and_a_run_alone_is_a_run() -> None:
    terminal = Terminal()
    terminal.types("reject K3x9qA")
    terminal.types(f"reject {RUN}")
    terminal.types(f"reject {RUN} k3x9qa")
    assert [(one.get("run"), one.get("code")) for one in terminal.said] == [
        (None, "K3x9qA"),
        (RUN, None),
        (RUN, "k3x9qa"),
    ]


def test_options_for_every_verb_may_stand_before_it_or_after_it() -> None:
    terminal = Terminal()
    terminal.types("--environment chat-prod --output json pause --reason later")
    terminal.types("pause --environment chat-prod --reason later --output json")
    assert terminal.said[0] == terminal.said[1]
    assert terminal.out == f'{{"run":"{RUN}","heard":"pause"}}\n'


def test_only_what_asks_is_asked_again_by_itself() -> None:
    terminal = Terminal()
    terminal.types("status")
    terminal.types("pause --timeout 2m")
    assert [(changes, patience) for _, changes, patience in terminal.reached] == [(False, 60.0), (True, 120.0)]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("", "the following arguments are required: VERB"),
        ("stop", "invalid choice: 'stop'"),
        ("hold", "the following arguments are required: APPLICATION"),
        ("status --untill ended", "unrecognized arguments: --untill"),
        ("status --watch --timeout soon", "'soon' is no time such as 30s, 10m or 2h"),
        ("approve --subject weights", "Invalid enum value 'weights' - at `$.subject`"),
        (f"hold {'x' * 201}", "length <= 200 - at `$.application`"),
    ],
)
def test_wrong_arguments_end_with_64_and_one_line(line: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    assert terminal.types(line) == 64
    told = (capsys.readouterr().err + terminal.err).splitlines()
    assert len(told) == 1
    assert told[0].startswith("norikae: ")
    assert text in told[0]
    assert "--help" in told[0]
    assert terminal.said == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BadRequestError("command: run: name one"), 64),
        (errors.RefusedError("decommission has begun"), 2),
        (errors.LeaseHeldError("another run"), 2),
        (errors.ForbiddenError("mio may not say abort"), 77),
        (errors.CredentialsExpiredError("AWS does not know who you are"), 77),
        (errors.UnreachableError("no connection"), 69),
        (errors.ThrottledError("slower"), 69),
        (TimeoutError("no answer in time"), 124),
        (errors.NotFoundError("no plan"), 1),
        (errors.AwsRefusedError("lambda:Invoke", "KMSDisabledException", "the key is disabled"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_code(error: BaseException, code: int) -> None:
    terminal = Terminal(answers=in_turn(error))
    assert terminal.types("pause") == code
    assert terminal.out == ""
    assert terminal.err == (f"norikae: {error}\n" if code != 130 else "\n")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("", 0), ("succeeded", 0), ("planned", 0), ("failed", 1), ("refused", 2), ("partial", 3), ("rolled-back", 4)],
)
def test_a_status_ends_with_the_outcome_of_the_run(outcome: str, code: int) -> None:
    assert Terminal(answers=in_turn({**STATUS, "outcome": outcome})).types("status") == code


def test_a_run_that_ended_on_hold_is_partial_when_something_has_moved() -> None:
    held = {**STATUS, "outcome": "held"}
    assert Terminal(answers=in_turn(held)).types("status") == 3
    assert Terminal(answers=in_turn({**held, "applications": {}})).types("status") == 1


def test_json_is_exactly_the_answer() -> None:
    terminal = Terminal(answers=in_turn(STATUS), terminal=True)
    assert terminal.types("status --output json") == 0
    assert msgspec.json.decode(terminal.out) == STATUS


def test_help_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(variables={})
    assert terminal.types("help") == 0
    listed = capsys.readouterr().out
    assert all(f"\n    {verb} " in listed for verb in VERBS)
    assert terminal.types("help hold") == 0
    assert VERBS["hold"].about in capsys.readouterr().out
    assert terminal.reached == []


def test_the_parser_takes_the_same_verbs_as_the_model() -> None:
    assert Terminal().types("help status") == 0
    assert make_parser().parse_args(["status"]).verb == "status"
