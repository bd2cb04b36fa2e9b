"""Refusals in Japanese: each text is met by somebody in a chat, as ``norikae.commands`` raises it today."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from norikae.chat.translated import SAID, TEXTS, in_japanese, said_in
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import ApprovalItem, ClustersItem, PhaseItem, RequestedItem
from tests.unit.chat.letters import Chat
from tests.unit.commands.people import HANAKO, MIO, RIN, TARO
from tests.unit.fakes.story import RUN, WRITER

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


def not_known(_: Chat) -> str:
    return "T01AB/U0NEW may not approve plan of run r1: this environment has to know who says yes; say it in a chat"


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


def nothing_named(chat: Chat) -> str:
    asked(chat)
    return chat.says(HANAKO, "approve")


def no_such_run(chat: Chat) -> str:
    return chat.says(MIO, "abort run=demo-1-34-001")


STORIES: tuple[Callable[[Chat], str], ...] = (
    *(not_allowed, started_it, not_known, expired, wrong_code, code_of_another_hash, wrong_hash, no_question),
    *(two_questions, ended, open_already, not_planned, no_such_gate, too_late, not_partial, elsewhere, no_run),
    nothing_named,
    no_such_run,
)
"""In the order of ``TEXTS``."""


@pytest.mark.parametrize(
    ("story", "number"), [*zip(STORIES, range(len(TEXTS)), strict=True)], ids=lambda one: getattr(one, "__name__", "")
)
def test_a_refusal_is_told_in_both_languages(story: Callable[[Chat], str], number: int) -> None:
    english, japanese = TEXTS[number]
    told = story(Chat(language="ja"))
    if story is not_known:
        told = in_japanese(told)
    fixed = re.split(r"{\w+}", japanese)
    assert all(piece in told for piece in fixed), told
    assert "{" not in told
    plain = story(Chat())
    assert not JAPANESE.search(plain)
    assert re.search(english, plain.partition(": ")[2] if story is not not_known else plain, re.DOTALL)


def test_a_text_that_is_not_known_stays_as_it_is() -> None:
    assert in_japanese("eks:CreateCluster was refused") == "eks:CreateCluster was refused"
    assert in_japanese("command: x: something else") == "command: x: something else"


@pytest.mark.parametrize(("english", "japanese"), TEXTS)
def test_a_translation_names_nothing_that_the_text_does_not(english: str, japanese: str) -> None:
    assert set(re.findall(r"{(\w+)}", japanese)) <= set(re.compile(english).groupindex)
    assert JAPANESE.search(japanese)


QUESTIONS: tuple[tuple[str, list[str]], ...] = (
    ("May 3 applications move from demo-1-33 (1.33) to demo-1-35-a (1.35)?", ["3", "demo-1-33 (1.33)", "(1.35)"]),
    ("May demo-1-33 be deleted? This cannot be undone.", ["demo-1-33"]),
    ("2 objects differ\nand one more\nWhole difference: s3://b/r/diff.json", ["one more\n", "s3://b/r/diff.json"]),
    ("billing can move to demo-1-35-a; pay starts it with the command shift (asked 2 times)", ["billing", "pay"]),
    ("an operator holds the application or paused the run", []),
    ("an operator aborted the run", []),
    ("aborted by an operator: 5xx: many", [": 5xx: many"]),
    ("aborted by mio: {why}", ["mio", ": {why}"]),
    ("paused by an operator", []),
    ("paused by mio", ["mio"]),
    ("mio said no to the plan: not today", ["mio", ": not today"]),
)


@pytest.mark.parametrize(("english", "kept"), QUESTIONS)
def test_what_a_run_asks_is_japanese_and_keeps_what_it_names(english: str, kept: list[str]) -> None:
    told = said_in("ja", english)
    assert JAPANESE.search(told)
    assert [one for one in kept if one not in told] == []
    assert said_in("en", english) == english


def test_every_question_has_a_story() -> None:
    unmet = [form for form, _ in SAID if not any(re.fullmatch(form, text, re.DOTALL) for text, _ in QUESTIONS)]
    assert unmet == []


def test_what_is_not_known_is_said_as_it_is() -> None:
    assert said_in("ja", "latency: 3 s") == "latency: 3 s"


def test_a_question_in_the_status_is_japanese() -> None:
    chat = Chat(language="ja")
    chat.office.asked()
    assert "移行してよいですか?" in chat.says(HANAKO, "status")
