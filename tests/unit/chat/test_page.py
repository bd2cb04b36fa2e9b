"""Every line of docs/chat.md is heard, read and carried out as the page says, whichever chat it is said in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from norikae.chat.answer import LATE_SECONDS
from norikae.chat.phrases import NOTES
from norikae.commands.model import VERBS
from tests.unit.chat.spoken import DOORS, Spoken

Json = dict[str, Any]
PAGE = Path("docs/chat.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MENTIONS = [block.rstrip() for block in BLOCKS if block.startswith("[")]
"""Messages of Chatwork with somebody's name above."""
LINES = [line for block in BLOCKS if not block.startswith("[") for line in block.splitlines()]
RUN = {"run": "demo-1-35-0001"}
MEANT: dict[str, tuple[Json, str]] = {
    "help": ({}, "says what mio may"),
    "status": ({}, "says where demo-1-35-0001 is"),
    "plan 1.35 because what would block it?": (
        {"version": "1.35", "reason": "what would block it?"},
        "starts demo-1-35-19700112-1-a1, a dry run",
    ),
    "start 1.35 because 1.33 leaves standard support": (
        {"version": "1.35", "reason": "1.33 leaves standard support"},
        "starts demo-1-35-19700112-1-a1",
    ),
    "start 1.35 applications=billing,invoices": (
        {"version": "1.35", "applications": ["billing", "invoices"]},
        "starts demo-1-35-19700112-1-a1",
    ),
    "windows": ({}, "says when upgrades may move"),
    "hold billing because release today": (
        {"application": "billing", "reason": "release today"},
        "flags held: billing",
    ),
    "hold billing 理由 本日リリース": (
        {"application": "billing", "reason": "本日リリース"},
        "flags held: billing",
    ),
    "shift billing": ({"application": "billing"}, "releases billing"),
    "roll-back billing because latency": (
        {"application": "billing", "reason": "latency"},
        "starts a shift of billing",
    ),
    "pause because incident elsewhere": ({"reason": "incident elsewhere"}, "flags paused"),
    "resume": ({}, "changes nothing"),
    "skip-gate billing http-5xx because known slow query": (
        {"application": "billing", "gate": "http-5xx", "reason": "known slow query"},
        "flags skipped: billing http-5xx",
    ),
    "abort because latency": ({"reason": "latency"}, "flags aborted; wakes plan: abort"),
    "drain ip-10-0-0-1.ap-northeast-1.compute.internal": (
        {"node": "ip-10-0-0-1.ap-northeast-1.compute.internal"},
        "asks for ip-10-0-0-1.ap-northeast-1.compute.internal",
    ),
    "sweep-secrets": ({}, "sends a sweep"),
    "approve demo-1-35-0001 k7f3qa because read it": (
        {**RUN, "code": "k7f3qa", "reason": "read it"},
        "wakes plan: go-on",
    ),
    "approve k7f3qa": ({"code": "k7f3qa"}, "wakes plan: go-on"),
    "reject demo-1-35-0001 k7f3qa because not this week": (
        {**RUN, "code": "k7f3qa", "reason": "not this week"},
        "wakes plan: refuse",
    ),
}
"""What each line of the page says as JSON, besides its verb, and what follows from it."""


def test_every_line_of_the_page_is_known_here() -> None:
    assert [line.removeprefix("/norikae ") for line in LINES] == list(MEANT)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("line", LINES)
def test_a_line_is_the_command_that_it_says_and_is_carried_out(line: str, door: str) -> None:
    said = line.removeprefix("/norikae ")
    verb = said.split()[0]
    fields, followed = MEANT[said]
    spoken = Spoken(door, verb, line)
    assert spoken.command == {"command": verb, **fields}
    assert spoken.followed == followed
    assert spoken.read


@pytest.mark.parametrize("line", LINES)
def test_the_words_stand_in_the_order_of_the_table(line: str) -> None:
    """What the page promises of the order is so for each of its lines: a word is the verb's next one."""
    verb, *rest = line.removeprefix("/norikae ").split()
    words = [word.rstrip("?") for word in VERBS[verb].words]  # type: ignore[index]
    fields = MEANT[" ".join((verb, *rest))][0]
    places = [rest.index(fields[name]) for name in words if name in fields]
    assert places == list(range(len(places)))


def test_the_command_stands_below_a_mention() -> None:
    assert MENTIONS
    for message in MENTIONS:
        assert Spoken("chatwork", "status", message).command == {"command": "status"}
        beside = message.replace("\n", " ")
        assert Spoken("chatwork", "status", beside).letter is None


def test_no_line_counts_but_the_first() -> None:
    quoted = "look what he said:\n/norikae abort"
    assert Spoken("chatwork", "abort", quoted).letter is None


@pytest.mark.parametrize(
    "line",
    [
        "/norikae hold\u3000billing",
        "/norikae hold \u201cbilling\u201d",
        "/norikae \uff48\uff4f\uff4c\uff44\u3000\uff42\uff49\uff4c\uff4c\uff49\uff4e\uff47",
    ],
)
@pytest.mark.parametrize("door", DOORS)
def test_what_keyboards_make_of_a_line_is_read_as_the_plain_one(line: str, door: str) -> None:
    assert Spoken(door, "hold", line).command == {"command": "hold", "application": "billing"}


def test_a_code_of_another_question_does_nothing() -> None:
    spoken = Spoken("slack", "approve", "/norikae approve demo-1-35-0001 zzzzzz")
    assert "has the code 'zzzzzz'" in spoken.read
    assert spoken.desk.woken == {}


def test_what_people_are_answered_is_quoted_as_it_is() -> None:
    quoted = re.findall(r"^\| \*(.+?)\* ", PAGE.partition("## When nothing comes back")[2], re.MULTILINE)
    ours = [text for text in quoted if text.startswith("norikae takes")]
    assert [NOTES["place"]["en"].startswith(text.rstrip("…")) for text in ours] == [True]


def test_a_quarter_of_an_hour_is_the_code_s() -> None:
    assert LATE_SECONDS == 15 * 60
    assert "older than a quarter of an hour" in PAGE
