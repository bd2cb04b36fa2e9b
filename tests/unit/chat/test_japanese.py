"""Each sentence that people meet in a chat is there in Japanese, and nothing is there that nobody says any more."""

from __future__ import annotations

import re

from norikae.chat.japanese import TABLES
from norikae.chat.translated import FIELD, SENTENCES, SINGLE, facts_in, said_in

from .readable import FROM_ELSEWHERE, SILENT, SPOKEN, UNSAID
from .sentences import Sentence, sentences

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
FULL_WIDTH = re.compile(r"[\uff01-\uff5e\u3000]")
ENOUGH = 20
"""Letters of a sentence that no other one has in the same order."""
EVERY = sentences(*SPOKEN)
ALL = [one for one in EVERY if one.file not in SILENT]
TEXTS = {english: japanese for table in TABLES for english, japanese in table.items()}
PIECES = {english: tuple(FIELD.split(english)[::2]) for english in TEXTS}
"""What each says literally."""
EXACTLY = {*PIECES.values()}
SAID = {one.pieces for one in ALL}


def weight(pieces: tuple[str, ...]) -> int:
    """How much is said literally."""
    return sum(map(len, pieces))


def best(text: str) -> str:
    """The template by which a text is told; "" for none."""
    found = [english for english, pieces in PIECES.items() if any(True for _ in facts_in(pieces, text))]
    return max(found, key=lambda english: weight(PIECES[english]), default="")


def is_of(one: Sentence, english: str) -> bool:
    """Whether a template is of a sentence: it says the same literally, and may say as much in place of a fact."""
    return any(True for _ in facts_in(one.pieces, english)) and weight(one.pieces) * 2 >= weight(PIECES[english])


def is_there(one: Sentence) -> bool:
    """Whether a template tells it whatever its facts are, or several tell it, each with some of them."""
    if one.pieces in EXACTLY:
        return True
    told_by = best(one.text)
    if told_by and is_of(one, told_by):
        return True
    says_enough = one.may_say_more or weight(one.pieces) >= ENOUGH
    return says_enough and any(is_of(one, english) for english in TEXTS)


def test_each_sentence_is_there_in_japanese() -> None:
    said = [one for one in ALL if one.has_words and one.text not in UNSAID]
    assert [f"{one.where}: {one.text!r}" for one in said if not is_there(one)] == []


def test_nothing_is_there_that_nobody_says() -> None:
    ours = {english for english in TEXTS if PIECES[english] not in SAID} - {*FROM_ELSEWHERE}
    assert [english for english in ours if not any(is_of(one, english) for one in ALL)] == []


def test_no_exception_is_left_over() -> None:
    assert {*SILENT} <= {one.file for one in EVERY}
    assert {*UNSAID} <= {one.text for one in ALL}
    assert {*FROM_ELSEWHERE} <= {*TEXTS}


def test_no_sentence_is_there_twice() -> None:
    assert sum(map(len, TABLES)) == len(TEXTS)


def test_a_translation_names_what_the_sentence_names() -> None:
    for english, japanese in TEXTS.items():
        named = FIELD.findall(english)
        assert {*FIELD.findall(japanese)} == {name for name in named if not name.startswith("_")}, english


def test_a_fact_is_called_what_it_is() -> None:
    """A template does not tell a text whose facts cannot be what it calls them."""
    called = {pieces: FIELD.findall(english) for english, pieces in PIECES.items()}
    facts = [(one, *each) for one in ALL for each in zip(called.get(one.pieces, ()), one.facts, strict=False)]
    assert [(one.where, fact) for one, name, fact in facts if name in SINGLE and "join(" in fact] == []
    several = ("counted(", "reason_of(", "{'; '", "{' | '")
    assert [(one.where, fact) for one, name, fact in facts if name not in SENTENCES and fact.startswith(several)] == []


def with_facts(template: str, names: list[str]) -> str:
    """A template with a number in place of each of its facts."""
    for number, name in enumerate(names):
        template = template.replace(f"{{{name}}}", f"<{number}>")
    return template


def test_each_sentence_is_told_by_its_own_translation() -> None:
    for english, japanese in TEXTS.items():
        names = FIELD.findall(english)
        assert said_in("ja", with_facts(english, names)) == with_facts(japanese, names), english


def test_codes_and_brackets_are_typed_as_keyboards_have_them() -> None:
    assert [japanese for japanese in TEXTS.values() if FULL_WIDTH.search(japanese)] == []
