"""Each sentence that people meet in a chat is there in Japanese, and nothing is there that nobody says any more."""

from __future__ import annotations

import re

import pytest

from norikae.chat.translated import FIELD, facts_in, said_in, tables

from .readable import FROM_ELSEWHERE, SILENT, SPOKEN, UNSAID
from .sentences import Sentence, sentences

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENOUGH = 20
"""Letters of a sentence that no other one has in the same order."""
ALL = [one for one in sentences(*SPOKEN) if one.where.partition(":")[0] not in SILENT]
TEXTS = [(english, japanese) for table in tables() for english, japanese in table.items()]


def pieces(english: str) -> tuple[str, ...]:
    """What a template says literally."""
    return tuple(FIELD.split(english)[::2])


def best(text: str) -> str:
    """The template by which a text is told; "" for none."""
    found = [english for english, _ in TEXTS if facts_in(pieces(english), text) is not None]
    return max(found, key=lambda english: sum(map(len, pieces(english))), default="")


def test_each_sentence_is_there_in_japanese() -> None:
    said = [one for one in ALL if one.has_words and one.text not in UNSAID]
    assert [f"{one.where}: {one.text!r}" for one in said if not is_there(one)] == []


def is_there(one: Sentence) -> bool:
    """Whether a template tells it whatever its facts are, or several tell it, each with some of them."""
    if is_of(one, best(one.text)):
        return True
    says_enough = one.may_say_more or sum(map(len, one.pieces)) >= ENOUGH
    return says_enough and any(is_of(one, english) for english, _ in TEXTS)


def test_nothing_is_there_that_nobody_says() -> None:
    stale = [
        english for english, _ in TEXTS if english not in FROM_ELSEWHERE and not any(is_of(one, english) for one in ALL)
    ]
    assert stale == []


def is_of(one: Sentence, english: str) -> bool:
    """Whether a template is of a sentence: it says the same literally, and may say as much in place of a fact."""
    is_like = facts_in(one.pieces, english) is not None
    return is_like and sum(map(len, one.pieces)) * 2 >= sum(map(len, pieces(english)))


def test_no_exception_is_left_over() -> None:
    assert {*SILENT} <= {one.where.partition(":")[0] for one in sentences(*SPOKEN)}
    assert {*UNSAID} <= {one.text for one in ALL}
    assert {*FROM_ELSEWHERE} <= {english for english, _ in TEXTS}


def test_no_sentence_is_there_twice() -> None:
    assert len({english for english, _ in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize(("english", "japanese"), TEXTS)
def test_a_translation_names_what_the_sentence_names(english: str, japanese: str) -> None:
    named = FIELD.findall(english)
    assert set(FIELD.findall(japanese)) == {name for name in named if not name.startswith("_")}
    facts = {name: f"<{number}>" for number, name in enumerate(named)}
    told = said_in("ja", FIELD.sub(lambda found: facts[found[1]], english))
    assert told == FIELD.sub(lambda found: facts[found[1]], japanese)
