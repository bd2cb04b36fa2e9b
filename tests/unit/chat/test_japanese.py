"""Each sentence that people meet in a chat is there in Japanese, and nothing is there that nobody says any more."""

from __future__ import annotations

import re

import pytest

from norikae.chat.translated import FIELD, facts_in, said_in, tables

from .sentences import FACT, NORIKAE, Sentence, sentences

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SPOKEN = (
    *("approvals", "windows", "errors.py", "settings.py", "secret_sync/by_hand.py", "secret_sync/contained.py"),
    *("adapters/aws/commander.py", "adapters/aws/callers.py", "adapters/aws/letters.py"),
    *(f"commands/{name}.py" for name in ("authorise", "caller", "draining", "errands", "operate", "parse")),
    *(f"commands/{name}.py" for name in ("questions", "running", "starting", "status", "ways")),
    *(f"upgrade/{path.name}" for path in sorted((NORIKAE / "upgrade").glob("*.py")) if path.name != "changes.py"),
    *(
        "chat/answer.py",
        "chat/reply.py",
        "gates",
        "drain/wording.py",
        "scheduled/start.py",
        "support",
        "adapters/aws/table.py",
    ),
    *(f"secret_sync/{name}.py" for name in ("decide", "news", "problem", "restart")),
)
"""Files and folders below ``norikae`` whose sentences end in a chat."""
UNSAID = {
    ", or use pause for the whole run": "the end of a sentence that is there as a whole",
    "there are": "the beginning of one",
    "kept by": "the beginning of one",
    "; lost with the machine:": "likewise",
    "; against a budget:": "likewise",
    "makes the plan": "the middle of one that is there with each of them",
    "has started": "likewise",
    "was abandoned": "likewise",
    "not let go of": "likewise",
    "not adopted": "likewise",
    f"in the last {FACT} s": "likewise",
    f" (and {FACT} more in findings.json)": "the end of one",
    f"was edited by hand: {FACT} is missing": "likewise",
    "was edited by hand: not all of its values are those that norikae wrote": "likewise",
    "the end of support": "how the audit trail calls who asks",
    **dict.fromkeys(("a copy", "not a letter", "said by norikae itself", "from elsewhere"), "words of a log"),
    **dict.fromkeys(("gave up", "late again"), "names of NOTES"),
    f"norikae adopt {FACT}": "a comment of Route 53",
    f"norikae unadopt {FACT}": "likewise",
    f"norikae clean-green {FACT}": "likewise",
    f"norikae run={FACT} application={FACT} decommission": "likewise",
    "pk = :pk AND begins_with(sk, :sk)": "for DynamoDB",
    "dead letters": "a word that programs read",
}
"""Strings of these sources that nobody reads, or not by themselves; and why."""
BESIDES = {
    "Expected `{_kind}` of length <= {most} - at `{where}`": "msgspec",
    "Invalid enum value {value} - at `{where}`": "msgspec",
    "Expected `{kind}`, got `{other}` - at `{where}`": "msgspec",
    "Expected `{_kind}` matching regex {_form} - at `{where}`": "msgspec",
    "{where}: {node} ({kind}): {what}": "drain/wording.py, of names alone",
    "kept by {names}": "drain/wording.py puts it together",
    "lost with the machine: {names}": "likewise",
    "against a budget: {names}": "likewise",
    "{count} nodes": "likewise",
    "{count} pod": "likewise",
    "{count} pods": "likewise",
    "and {count} more": "upgrade/progress.py puts it together",
    "{why} (and {count} more in findings.json)": "upgrade/check.py puts it together",
    "{place} was edited by hand: {keys} is missing": "secret_sync/decide.py puts it together",
    "{place} was edited by hand: not all of its values are those that norikae wrote": "likewise",
    "command: {name}: name the {_field} to {verb}, or use pause for the whole run": "commands/parse.py likewise",
    "{who} finished the run as it is: {why}": "commands/running.py likewise",
    "schedule {name} makes the plan {run}": "scheduled/start.py likewise",
    "{cluster} is adopted": "upgrade/adoption.py likewise",
    "{cluster} is undone": "likewise",
    "{cluster} is not adopted": "likewise",
    "{cluster} is not let go of": "likewise",
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
    """Whether a template is of a sentence: it says the same literally, and may say as much in place of a fact."""
    is_like = facts_in(one.pieces, english) is not None
    return is_like and sum(map(len, one.pieces)) * 2 >= sum(map(len, pieces(english)))


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
