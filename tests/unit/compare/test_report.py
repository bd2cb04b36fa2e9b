"""What people read: short enough for a chat, bound to a hash that changes exactly when they have to read again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.compare.difference import Difference, hash_of
from norikae.compare.report import CHAT, document, question

CHANGED = Difference(
    application="billing",
    what="changed",
    kind="ConfigMap",
    name="shop/billing",
    path="data.LOG_LEVEL",
    blue="debug",
    green="info",
)
DELETED = Difference(application="billing", what="only on blue", kind="ConfigMap", name="shop/old", text="blue has it")
REFUSED = Difference(application="billing", what="refused", kind="Pod", name="shop/web", text="denied after 17 ms")
NOTE = Difference(application="billing", what="note", kind="Secret", name="shop/keys", text="never read")
REVISION, OTHER = "4f" * 20, "0a" * 20


def asked(*found: Difference, was: str = "", applications: tuple[str, ...] = ("billing",)) -> str:
    return question(applications, "demo-1-35-a", REVISION, was, found)


def test_the_question_names_the_commit_and_each_difference() -> None:
    assert asked(CHANGED, DELETED, REFUSED, NOTE).splitlines() == [
        "May billing be synced to demo-1-35-a from commit 4f4f4f4f4f4f?",
        "Between green's targets and blue's objects nobody expects 3 differences (1 missing on green); 0 are expected.",
        '- ConfigMap shop/billing data.LOG_LEVEL: blue "debug", green "info"',
        "- ConfigMap shop/old: only on blue: blue has it",
        "- Pod shop/web: green refuses it: denied after 17 ms",
    ]


def test_the_question_says_that_the_commit_changed() -> None:
    assert "The commit changed from 0a0a0a0a0a0a to 4f4f4f4f4f4f." in asked(CHANGED, was=OTHER)


@pytest.mark.parametrize("length", [10, 1000, 100_000])
def test_the_question_fits_into_a_chat_and_says_what_it_leaves_out(length: int) -> None:
    many = [msgspec.structs.replace(CHANGED, path=f"data.KEY_{number}", blue="x" * length) for number in range(300)]
    text = asked(*many, applications=tuple(f"application-{number}" for number in range(60)))
    shown = text.count("\n- ")
    assert len(text) <= CHAT
    assert text.splitlines()[-1] == f"and {300 - shown} more"
    assert "and 54 more be synced" in text


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({"what": "only on green", "green": "x"}, 'green "x", nothing on blue'),
        ({"what": "only on blue", "blue": ["x"]}, 'blue ["x"], nothing on green'),
        ({"what": "not comparable", "path": "", "text": "forbidden"}, "not comparable: forbidden"),
    ],
)
def test_each_kind_of_difference_has_its_words(what: dict[str, Any], words: str) -> None:
    assert asked(msgspec.structs.replace(CHANGED, **what)).endswith(words)


def test_the_whole_difference_is_sorted_by_what_a_person_has_to_read_first() -> None:
    expected = msgspec.structs.replace(CHANGED, path="data.OWNER", expected="names")
    kept = document([NOTE, expected, REFUSED, CHANGED], run="run-1")
    assert [one["kind"] for one in kept["unexpected"]] == ["ConfigMap", "Pod"]
    assert [one["expected"] for one in kept["expected"]] == ["names"]
    assert [one["name"] for one in kept["notes"]] == ["shop/keys"]
    assert kept["run"] == "run-1"


def digest(*found: Difference, revision: str = REVISION, applications: tuple[str, ...] = ("billing",)) -> str:
    return hash_of(revision, applications, found)


def test_the_order_of_differences_does_not_change_the_hash() -> None:
    assert digest(CHANGED, DELETED) == digest(DELETED, CHANGED)


def test_commit_applications_and_differences_change_the_hash() -> None:
    hashes = {
        digest(CHANGED),
        digest(CHANGED, revision=OTHER),
        digest(CHANGED, applications=("billing", "login")),
        digest(CHANGED, DELETED),
        digest(msgspec.structs.replace(CHANGED, green="warn")),
        digest(msgspec.structs.replace(CHANGED, expected="names")),
    }
    assert len(hashes) == 6


def test_what_moves_by_itself_does_not_change_the_hash() -> None:
    by_rule = msgspec.structs.replace(CHANGED, expected="an autoscaler sets it")
    assert digest(by_rule) == digest(msgspec.structs.replace(by_rule, blue="other"))
    assert digest(REFUSED) == digest(msgspec.structs.replace(REFUSED, text="denied after 4 ms"))
    assert digest(CHANGED) == digest(CHANGED, NOTE)
