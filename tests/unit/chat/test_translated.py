"""Refusals in Japanese: each text is met by somebody in a chat, as ``norikae.commands`` raises it today."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import pytest

from norikae.chat.translated import said_in
from norikae.chat.words import failed
from norikae.commands.operate import operate
from norikae.errors import ForbiddenError
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import ApprovalItem, ClustersItem, PhaseItem, RequestedItem
from tests.unit.chat.letters import Chat
from tests.unit.commands.people import HANAKO, MIO, RIN, TARO
from tests.unit.fakes.story import RUN, WRITER

SENTENCE = re.compile(r"(?:\b[A-Za-z']+ +){3,}[A-Za-z']+")
"""Four words of English after one another; names of things are shorter."""
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def asked(chat: Chat, subject: str = "plan", **more: Any) -> str:
    """A question waits; its code."""
    item = ApprovalItem(subject=subject, task_token="t", plan_hash="4f1c", text="", code=f"{subject[:4]}42"[:6], **more)
    chat.ports.table.write(WRITER, f"APPROVAL#{subject}", item)
    return item.code


def not_allowed(chat: Chat) -> str:
    return chat.says(TARO, "abort")


def started_it(chat: Chat) -> str:
    item = RequestedItem(by="mio", person="mio", door="slack", at=chat.ports.now)
    chat.ports.table.write_unfenced(RUN, "REQUESTED", item)
    approvals = msgspec.structs.replace(chat.ports.environment.approvals, requester="may-not-approve")
    chat.ports.environment = msgspec.structs.replace(chat.ports.environment, approvals=approvals)
    return chat.says(MIO, f"approve {asked(chat)}")


def not_known(chat: Chat) -> str:
    approvals = msgspec.structs.replace(chat.ports.environment.approvals, requester="may-not-approve")
    unproven = msgspec.structs.replace(chat.ports.environment.access, unproven=("approver",))
    chat.ports.environment = msgspec.structs.replace(chat.ports.environment, approvals=approvals, access=unproven)
    code = asked(chat)
    try:
        operate(chat.ports, {"command": "approve", "code": code})
    except ForbiddenError as refusal:
        return failed(refusal, chat.ports.environment.notify.language).text
    raise AssertionError


def expired(chat: Chat) -> str:
    return chat.says(HANAKO, f"approve {asked(chat, expires=chat.ports.now - 1)}")


def wrong_code(chat: Chat) -> str:
    asked(chat)
    return chat.says(HANAKO, "approve aaaaaa")


def code_of_another_hash(chat: Chat) -> str:
    return chat.says(HANAKO, f"approve {asked(chat)} plan_hash=0000")


def wrong_hash(chat: Chat) -> str:
    asked(chat)
    return chat.says(HANAKO, "approve plan_hash=0000")


def no_question(chat: Chat) -> str:
    return chat.says(HANAKO, "approve aaaaaa")


def two_questions(chat: Chat) -> str:
    asked(chat, "plan")
    asked(chat, "sync")
    return chat.says(HANAKO, "approve")


def ended(chat: Chat) -> str:
    chat.ports.table.leases[""] = Lease("", "", WRITER.token)
    chat.ports.table.write_unfenced(RUN, "PHASE", PhaseItem(phase="soak", outcome="failed"))
    return chat.says(MIO, "pause")


def open_already(chat: Chat) -> str:
    return chat.says(MIO, "start 1.36")


def not_planned(chat: Chat) -> str:
    return chat.says(MIO, "shift ledger")


def no_such_gate(chat: Chat) -> str:
    return chat.says(MIO, "skip-gate billing karma")


def too_late(chat: Chat) -> str:
    chat.ports.table.write_unfenced(RUN, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    return chat.says(MIO, "abort")


def not_partial(chat: Chat) -> str:
    return chat.says(MIO, "finish")


def elsewhere(chat: Chat) -> str:
    return chat.says(RIN, "pause environment=prod")


def no_run(chat: Chat) -> str:
    chat.ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue="demo-1-33", green="", run=""))
    return chat.says(MIO, "pause")


def no_subject(chat: Chat) -> str:
    return chat.says(HANAKO, "approve subject=karma")


def no_node(chat: Chat) -> str:
    return chat.says(MIO, "drain UP_PER")


def no_secrets(chat: Chat) -> str:
    return chat.says(MIO, "sweep-secrets")


def no_version(chat: Chat) -> str:
    chat.ports.table.leases[""] = Lease("", "", WRITER.token)
    return chat.says(MIO, "start newest")


def nothing_named(chat: Chat) -> str:
    asked(chat)
    return chat.says(HANAKO, "approve")


def no_such_run(chat: Chat) -> str:
    return chat.says(MIO, "abort run=demo-1-34-001")


STORIES: tuple[Callable[[Chat], str], ...] = (
    *(not_allowed, started_it, not_known, expired, wrong_code, code_of_another_hash, wrong_hash, no_question),
    *(two_questions, ended, open_already, not_planned, no_such_gate, too_late, not_partial, elsewhere, no_run),
    *(no_subject, no_node, no_secrets, no_version, nothing_named, no_such_run),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
def test_a_refusal_is_told_in_both_languages(story: Callable[[Chat], str]) -> None:
    plain, told = story(Chat()), story(Chat(language="ja"))
    assert not JAPANESE.search(plain)
    assert JAPANESE.search(told)
    assert not SENTENCE.search(told), told
    lead, _, english = plain.partition(": ")
    assert lead not in told
    assert told.endswith((said_in("ja", f"command: {english}"), said_in("ja", english)))


def test_a_refusal_names_who_may_instead() -> None:
    told = not_allowed(Chat(language="ja"))
    assert "taro は demo で abort を実行できません(持っている役割は team だけです)" in told
    assert "operator か admin です" in told


def test_a_text_that_is_not_known_stays_as_it_is() -> None:
    for text in ("eks:CreateCluster did something", "command: x: something else", "latency: 3 s", ""):
        assert said_in("ja", text) == text


def test_the_words_of_a_person_stay_as_they_are() -> None:
    assert said_in("ja", "aborted by mio: paused by an operator").endswith(": paused by an operator")


def test_an_error_that_stopped_a_run_is_told_by_its_kind() -> None:
    told = said_in("ja", "RefusedError: a Change Calendar is closed: holidays")
    assert told == "受け付けられませんでした: Change Calendar が閉じています: holidays"
    assert said_in("ja", "ForeignWriteError: something new") == (
        "DNS レコードが norikae 以外に変更されています: something new"
    )


def test_several_sentences_are_told_one_by_one() -> None:
    assert said_in("ja", "latency: no rule limits it | x: unknown") == "latency: 制限する規則はありません | x: unknown"


TOGETHER: list[str] = json.loads(Path(__file__).with_name("reasons.json").read_text(encoding="utf-8"))
"""Why runs hold and what people are told, as it is put together of several sentences."""


@pytest.mark.parametrize("english", TOGETHER)
def test_what_is_put_together_of_sentences_is_told_whole(english: str) -> None:
    told = said_in("ja", english)
    assert JAPANESE.search(told)
    assert not SENTENCE.search(told), told
    assert "{" not in told


def test_a_long_text_of_somebody_costs_little() -> None:
    begin = perf_counter()
    for text in ("a: " * 3000, "a | b; c. d, " * 1000, " may not  in : it ; may (" * 500):
        assert said_in("ja", text)
    assert perf_counter() - begin < 5


QUESTIONS: tuple[tuple[str, list[str]], ...] = (
    ("May 3 applications move from demo-1-33 (1.33) to demo-1-35-a (1.35)?", ["3", "demo-1-33 (1.33)", "(1.35)"]),
    ("May demo-1-33 be deleted? This cannot be undone.", ["demo-1-33"]),
    (
        "2 objects differ\nand more of them\nWhole difference: s3://b/r/diff.json",
        ["more of them\n", "s3://b/r/diff.json"],
    ),
    ("billing can move to demo-1-35-a; pay starts it with the command shift (asked 2 times)", ["billing", "pay"]),
    ("an operator holds the application or paused the run", []),
    ("aborted by an operator: 5xx: many", ["担当者", ": 5xx: many"]),
    ("aborted by mio: {why}", ["mio", ": {why}"]),
    ("mio said no to the plan: not today", ["mio", ": not today"]),
    (
        "the window closes in 10 min, and billing to 25 % may take 40 min; billing to 25 % waits until Mon 10:00",
        ["10分", "billing の 25 % への変更", "Mon 10:00"],
    ),
)


@pytest.mark.parametrize(("english", "kept"), QUESTIONS)
def test_what_a_run_asks_is_japanese_and_keeps_what_it_names(english: str, kept: list[str]) -> None:
    told = said_in("ja", english)
    assert JAPANESE.search(told)
    assert [one for one in kept if one not in told] == []
    assert said_in("en", english) == english


def test_a_question_in_the_status_is_japanese() -> None:
    chat = Chat(language="ja")
    chat.office.asked()
    assert "移行してよいですか?" in chat.says(HANAKO, "status")
