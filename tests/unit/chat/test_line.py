"""Lines as people type them: words, options, reasons, whatever a keyboard makes of them, and what is wrong."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.chat.line import MOST, TEXTS, line_of, read_line, usage
from norikae.commands.model import VERBS, Command, Verb
from norikae.commands.parse import parse
from norikae.commands.ways import ways_to_answer
from norikae.environment.notify import Language
from norikae.errors import BadRequestError

RUN = "demo-1-35-0001"


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("", {"command": "help"}),
        ("   \n\u3000 ", {"command": "help"}),
        ("status", {"command": "status"}),
        ("Status", {"command": "status"}),
        (f"status {RUN}", {"command": "status", "run": RUN}),
        (f"approve {RUN} k7f3qa", {"command": "approve", "run": RUN, "code": "k7f3qa"}),
        ("approve k7f3qa", {"command": "approve", "code": "k7f3qa"}),
        ("approve K7F3QA because read it", {"command": "approve", "code": "K7F3QA", "reason": "read it"}),
        ("approve subject=plan plan-hash=4f1c", {"command": "approve", "subject": "plan", "plan_hash": "4f1c"}),
        ("reject k7f3qa because it's Friday", {"command": "reject", "code": "k7f3qa", "reason": "it's Friday"}),
        (
            "start 1.35 applications=billing,invoices",
            {"command": "start", "version": "1.35", "applications": ["billing", "invoices"]},
        ),
        (
            'hold billing reason="release today"',
            {"command": "hold", "application": "billing", "reason": "release today"},
        ),
        ("hold application=billing", {"command": "hold", "application": "billing"}),
        ("hold app=billing run=r1", {"command": "hold", "application": "billing", "run": "r1"}),
        ("skip-gate billing latency", {"command": "skip-gate", "application": "billing", "gate": "latency"}),
        ("skip_gate billing latency", {"command": "skip-gate", "application": "billing", "gate": "latency"}),
        (f"abort {RUN} because 5xx", {"command": "abort", "run": RUN, "reason": "5xx"}),
        ("abort environment=demo", {"command": "abort", "environment": "demo"}),
        ('hold "billing"  because  a \n b', {"command": "hold", "application": "billing", "reason": "a b"}),
    ],
)
def test_a_line_is_a_command(line: str, fields: dict[str, Any]) -> None:
    assert read_line(line) == fields


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("hold\u3000billing", {"command": "hold", "application": "billing"}),
        (
            "\uff48\uff4f\uff4c\uff44 \uff42\uff49\uff4c\uff4c\uff49\uff4e\uff47",
            {"command": "hold", "application": "billing"},
        ),
        (
            "skip\u2013gate billing http\u30fc5xx",
            {"command": "skip-gate", "application": "billing", "gate": "http-5xx"},
        ),
        (
            "hold billing reason=\u201crelease today\u201d",
            {"command": "hold", "application": "billing", "reason": "release today"},
        ),
        (
            "hold billing reason\uff1d\u300c本日 リリース\u300d",
            {"command": "hold", "application": "billing", "reason": "本日 リリース"},
        ),
        ("hold billing 理由=障害", {"command": "hold", "application": "billing", "reason": "障害"}),
        (
            "hold billing 理由\uff1a 本日リリース",
            {"command": "hold", "application": "billing", "reason": "本日リリース"},
        ),
        (
            "hold billing because \u300c本日\uff0120\u2013時\u300d",
            {"command": "hold", "application": "billing", "reason": "本日\uff0120\u2013時"},
        ),
        ("hold billing 理由\uff1a本日は 休み", {"command": "hold", "application": "billing", "reason": "本日は 休み"}),
        ("hold billing Because:release", {"command": "hold", "application": "billing", "reason": "release"}),
        ("hold becauseway", {"command": "hold", "application": "becauseway"}),
        ("hold billing 理由=\u300c障害\u300d", {"command": "hold", "application": "billing", "reason": "障害"}),
        ("hold \u2018billing\u2019", {"command": "hold", "application": "billing"}),
        ("\u200bhold billing\ufeff", {"command": "hold", "application": "billing"}),
        (
            "start \uff11\uff0e\uff13\uff15 applications=billing\u3001invoices",
            {"command": "start", "version": "1.35", "applications": ["billing", "invoices"]},
        ),
    ],
)
def test_a_japanese_keyboard_means_the_same(line: str, fields: dict[str, Any]) -> None:
    assert read_line(line) == fields


WRONG = [
    ("stauts", "no command 'stauts'; did you mean status?", "status のことですか?"),
    ("frobnicate", "there are: help, status", "使えるもの: help, status"),
    ("run=r1 status", "no command 'run=r1'", "'run=r1' というコマンドはありません"),
    ("hold", "name the application: hold <application> [run=…]", "application を指定してください: hold <application>"),
    ("hold billing today", "hold takes no 'today'; it takes: application, run", "hold に 'today' は指定できません"),
    ("hold billing runn=r1", "takes no option 'runn'; did you mean run?", "run のことですか?"),
    ("hold billing by=mio", "takes no option 'by'", "'by' というオプションはありません"),
    ("hold billing proof=x", "takes no option 'proof'", "'proof' というオプション"),
    ("hold billing actor=x", "takes no option 'actor'", "'actor' というオプション"),
    ("hold billing =x", "takes no option '='", "'=' というオプション"),
    ("hold billing --run r1", "'--run': options are written name=value", "名前=値 の形で"),
    ("hold billing --run=r1", "'--run': options are written name=value", "名前=値 の形で"),
    ("hold billing application=billing", "application is said twice", "application が二度"),
    ("hold billing run=", "run= has no value", "run= の値がありません"),
    ("hold billing because ", "reason= has no value", "reason= の値がありません"),
    ("hold 'billing", "a quotation has no end", "引用符が閉じられていません"),
    ("x" * (MOST + 1), "longer than 2000 characters", "2000文字を超えています"),
]


@pytest.mark.parametrize(("line", "english", "japanese"), WRONG, ids=[line[:30] for line, *_ in WRONG])
def test_what_is_wrong_is_said_in_both_languages(line: str, english: str, japanese: str) -> None:
    with pytest.raises(BadRequestError) as error:
        read_line(line)
    assert english in str(error.value)
    with pytest.raises(BadRequestError) as error:
        read_line(line, "ja")
    assert japanese in str(error.value)


def test_every_text_is_there_in_every_language() -> None:
    assert {what: tuple(texts) for what, texts in TEXTS.items()} == dict.fromkeys(TEXTS, get_args(Language))


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*VERBS, *"\"'=「」\u201c\u2019 ", "run=", "because", "a"])).map(" ".join)
)
def test_any_line_is_a_command_or_one_clear_error(line: str) -> None:
    try:
        command = read_line(line, "ja")
    except BadRequestError:
        return
    assert command["command"] in VERBS
    assert not {"actor", "proof", "by"} & set(command)
    try:
        parse(command, "demo")
    except BadRequestError as error:
        assert str(error).startswith("command: ")  # noqa: PT017


@pytest.mark.parametrize("verb", VERBS)
def test_whatever_a_verb_takes_can_be_said_in_a_line(verb: Verb) -> None:
    form = VERBS[verb]
    names = [*(word.rstrip("?") for word in form.words), *form.options]
    said = {name: "plan" if name == "subject" else f"{name}-x" for name in names}
    command = read_line(line_of({"command": verb, **said}))
    applications = {"applications": ["applications-x"]} if "applications" in names else {}
    assert command == {"command": verb, **said, **applications}
    assert msgspec.convert(command, Command).command == verb
    assert all(name in usage(verb) for name in names)


@pytest.mark.parametrize("subject", ["plan", "hold", "partial", "team/billing", "hold/billing"])
@pytest.mark.parametrize("code", ["", "k7f3qa"])
def test_every_way_to_answer_is_a_line_that_is_understood(subject: str, code: str) -> None:
    ways = ways_to_answer(RUN, {"subject": subject, "code": code, "plan_hash": "4f1c"})
    assert len(ways) >= 2
    for way in ways:
        assert read_line(line_of(way)) == way
