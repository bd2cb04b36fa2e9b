"""Each sentence that people meet in a chat is there in Japanese, and nothing is there that nobody says any more."""

from __future__ import annotations

import re

import pytest

from norikae.chat.translated import FIELD, facts_in, said_in, tables

from .sentences import Sentence, sentences

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SPOKEN = (
    *("approvals", "windows", "errors.py", "settings.py", "secret_sync/by_hand.py", "secret_sync/contained.py"),
    *("adapters/aws/commander.py", "adapters/aws/callers.py", "adapters/aws/letters.py", "upgrade/moves.py"),
    *(f"commands/{name}.py" for name in ("authorise", "caller", "draining", "errands", "operate", "parse")),
    *(f"commands/{name}.py" for name in ("questions", "running", "starting", "status", "ways")),
    "upgrade/ports.py",
)
"""Files and folders below ``norikae`` whose sentences end in a chat."""
UNSAID = {
    ", or use pause for the whole run": "the end of a sentence that is there as a whole",
    "there are": "the beginning of one",
    "dead letters": "a word that programs read",
}
"""Strings of these sources that nobody reads, or not by themselves; and why."""
BESIDES = {
    "Expected `{_kind}` of length <= {most} - at `{where}`": "msgspec",
    "Invalid enum value {value} - at `{where}`": "msgspec",
    "Expected `{kind}`, got `{other}` - at `{where}`": "msgspec",
    "there are: {names}": "commands/parse.py puts it together",
    "{verb} takes: {names}": "likewise",
    "role {role}": "one word of a list",
    "role {role} or {others}": "a list",
}
"""What is in Japanese and no whole sentence of a source; and where it is from."""
ENOUGH = 20
"""Letters of a sentence that no other one has in the same order."""
ALL = sentences(*SPOKEN)
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
    stale = [english for english, _ in TEXTS if english not in BESIDES and not any(is_of(one, english) for one in ALL)]
    assert stale == []


def is_of(one: Sentence, english: str) -> bool:
    """Whether a template is of a sentence: it says the same literally, and may say more in place of a fact."""
    return facts_in(one.pieces, english) is not None


def test_no_exception_is_left_over() -> None:
    assert {*UNSAID} <= {one.text for one in ALL}
    assert {*BESIDES} <= {english for english, _ in TEXTS}


def test_no_sentence_is_there_twice() -> None:
    assert len({english for english, _ in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize(("english", "japanese"), TEXTS)
def test_a_translation_names_what_the_sentence_names(english: str, japanese: str) -> None:
    named = FIELD.findall(english)
    assert set(FIELD.findall(japanese)) == {name for name in named if not name.startswith("_")}
    facts = {name: f"<{number}>" for number, name in enumerate(named)}
    told = said_in("ja", FIELD.sub(lambda found: facts[found[1]], english))
    assert told == FIELD.sub(lambda found: facts[found[1]], japanese)
