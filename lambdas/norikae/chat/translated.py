"""What norikae says in English sentences, in the language of who reads it in a chat.

Errors come from another function and reasons from the table, both as text, so it is the text that is translated: a
sentence is found by what its template says literally, and what stands in its braces is translated likewise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from norikae.chat.phrases import BY_NAME, LEADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.environment.notify import Language

OWN_WORDS = "words"
"""What stands in braces by this name is somebody else's: it is never translated."""
SENTENCES: Final = frozenset(
    {
        *("again", "cost", "has", "how", "kept", "left", "near", "outcome", "problem", "remedy", "reverted"),
        *("suspects", "text", "then", "what", "why", OWN_WORDS),
    }
)
"""What stands in braces by one of these names says something itself; all else is a name, a figure or a list."""
SINGLE: Final = frozenset(
    {
        *("application", "blue", "canary", "cluster", "count", "days", "errors", "green", "host", "hours", "most"),
        *("moved", "name", "namespace", "needed", "number", "passes", "percent", "reason", "role", "run", "running"),
        *("seconds", "secret", "set", "spent", "status", "total", "type", "wanted", "weight", "whole"),
    }
)
"""What stands in braces by one of these names is one word."""
DEEPEST = 8
"""How often a part of a part is looked at."""
SEPARATORS: Final = (("\n", "\n"), (" | ", " | "), ("; ", "。"), (". ", "。"), (", ", ", "))
"""Between sentences, or things of a list, in English and in Japanese."""
FIELD: Final = re.compile(r"\{([a-z_]+)\}")
"""A fact in a template; other braces are braces."""
MOST_PARTS = 40
"""Sentences or things of a list that are told one by one; what has more is no text that somebody wrote for people."""
LONGEST = 3
"""Of so many parts one sentence may be."""
_LISTED = ("\n", " | ")
_BETWEEN = (*_LISTED, "; ", ". ")
"""What no name has in it."""
_ENGLISH = re.compile(r"(?<![\w./-])[a-z]{2,}[,;:]? (?=[a-z])")
"""A word of English before another one."""
_HEAD = re.compile(r"(?:(?!\. )[^:;|\n]){1,120}")


class _Text(NamedTuple):
    """A template.

    Args:
        pieces: what it says literally, before, between and behind its fields.
        fields: their names, in order.
        weight: how much it says literally.
        japanese: the same.
    """

    pieces: tuple[str, ...]
    fields: tuple[str, ...]
    weight: int
    japanese: str


def said_in(language: Language, text: str) -> str:
    """A sentence of norikae's in a language, as far as it is known there; as it is otherwise.

    Args:
        language: of who reads it.
        text: in English: an error's, or why a run waits.
    """
    return text if language == "en" else _japanese(text, DEEPEST) or text


def named_in(language: Language, name: str, value: str) -> str:
    """What a key of a message or of an answer holds, in a language: a word of its own, a sentence, or as it is.

    Args:
        language: of who reads it.
        name: the key, such as ``outcome``; one that has no words of its own leaves everything as it is.
        value: in English.
    """
    known = BY_NAME.get(name)
    if language == "en" or known is None:
        return value
    return known.get(value) or said_in(language, value)


def facts_in(pieces: tuple[str, ...], text: str) -> Iterator[list[str]]:
    """What stands between some pieces of a text, each of which is looked for behind the one before.

    Where the last but one only parts a list or sentences it may be any such, and the last one is another way to read
    the text. It takes no longer than reading the text twice, whatever the text is.

    Args:
        pieces: the text begins with the first and ends with the last.
        text: any.

    Yields:
        The facts; nothing when it is another text.
    """
    first, *others = pieces
    if not others:
        yield from [[]] if text == first else []
        return
    if len(text) < len(first) + len(others[-1]) or not (text.startswith(first) and text.endswith(others[-1])):
        return
    at, end, facts = len(first), len(text) - len(others[-1]), []
    for piece in others[:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return
        facts.append(text[at:found])
        at = found + len(piece)
    yield [*facts, text[at:end]]
    if len(others) > 1 and others[-2] in (", ", "; "):
        begin = at - len(others[-2]) - len(facts[-1])
        found = text.rfind(others[-2], begin, end)
        yield [*facts[:-1], text[begin:found], text[found + len(others[-2]) : end]]


@lru_cache(maxsize=4096)
def _japanese(text: str, depth: int) -> str:
    """The same in Japanese; "" when nothing of it is known.

    A text can be one sentence, or one behind a name, or several: what leaves the least in English is right.
    """
    if depth <= 0 or not text:
        return ""
    best = _best(text)
    whole = min((_filled(*one, depth) for one in best), key=_left, default="")
    if whole and (not _left(whole) or any(OWN_WORDS in template.fields for template, _ in best)):
        return whole
    ways = (whole, _behind_a_name(text, depth), *_by_parts(text, depth))
    return min((one for one in ways if one), key=_left, default="")


def _left(told: str) -> int:
    """Words of English after one another that are left."""
    return len(_ENGLISH.findall(told))


def _best(text: str) -> list[tuple[_Text, list[str]]]:
    """The template that says most of it literally, with its facts, in each way to read them."""
    known = [(one, facts) for one in _like(text) for facts in facts_in(one.pieces, text) if _fit(one, facts)]
    most = max((one.weight for one, _ in known), default=0)
    return [each for each in known if each[0].weight == most]


def _fit(template: _Text, facts: list[str]) -> bool:
    """Whether facts are what they are called: else the template tells the end of a longer text, or its beginning."""
    begins = not template.pieces[0] and ": " in "".join(facts[:1]) and template.fields[0] not in SENTENCES
    return not begins and all(_is_such(name, fact) for name, fact in zip(template.fields, facts, strict=True))


def _is_such(name: str, fact: str) -> bool:
    if name in SINGLE:
        return " " not in fact
    if name == OWN_WORDS:  # a sentence of ours behind it is none of somebody else's
        return not any(between in fact for between in _LISTED) and not any(
            _japanese(part, 1) for part in fact.split("; ")[1:]
        )
    return name in SENTENCES or not any(between in fact for between in _BETWEEN)


def _filled(template: _Text, facts: list[str], depth: int) -> str:
    told = {name: _fact(name, fact, depth) for name, fact in zip(template.fields, facts, strict=True)}
    return FIELD.sub(lambda found: told.get(found[1], found[0]), template.japanese)


def _fact(name: str, fact: str, depth: int) -> str:
    if name == OWN_WORDS:
        return fact
    return BY_NAME.get(name, {}).get(fact) or _japanese(fact, depth - 1) or fact


def _behind_a_name(text: str, depth: int) -> str:
    """``billing: …``, ``http-5xx: …``, or the class of an error, which is told as answers begin."""
    name, colon, rest = text.partition(": ")
    if not colon or not _HEAD.fullmatch(name):
        return ""
    told = _japanese(rest, depth - 1)
    if name in LEADS:
        return f"{LEADS[name]['ja']}: {told or rest}"
    begin = BY_NAME["outcome"].get(name) or _japanese(name, depth - 1) or name
    return f"{begin}: {told}" if told else ""


def _by_parts(text: str, depth: int) -> Iterator[str]:
    """Split at each separator that it has."""
    for english, japanese in SEPARATORS:
        parts = text.split(english)
        if 1 < len(parts) <= MOST_PARTS:
            told = [*_told(parts, english, depth)]
            if any(known for known, _ in told):
                yield japanese.join(known or part for known, part in told)


def _told(parts: list[str], separator: str, depth: int) -> Iterator[tuple[str, str]]:
    """Each part in Japanese, "" where it is not known, and in English; a sentence may have the separator in it."""
    at = 0
    while at < len(parts):
        for end in range(min(at + LONGEST, len(parts)), at, -1):
            part = separator.join(parts[at:end])
            is_one = end == at + 1 or any(separator in piece for one, _ in _best(part) for piece in one.pieces)
            known = _japanese(part, depth - 1) if is_one else ""
            if known or end == at + 1:
                yield known, part
                at = end
                break


def _like(text: str) -> list[_Text]:
    """The templates that begin as a text does, or else end as it does."""
    return [one for key in ((text[0], ""), ("", text[-1]), ("", "")) for one in _index().get(key, ())]


@cache
def _index() -> dict[tuple[str, str], list[_Text]]:
    """Every template, by the letter that it begins with, or else ends with; only who speaks Japanese loads them."""
    from norikae.chat.japanese import TABLES  # noqa: PLC0415 - see above

    found: defaultdict[tuple[str, str], list[_Text]] = defaultdict(list)
    for table in TABLES:
        for english, japanese in table.items():
            one = _template(english, japanese)
            begin = one.pieces[0][:1]
            found[begin, "" if begin else one.pieces[-1][-1:]].append(one)
    return found


def _template(english: str, japanese: str) -> _Text:
    pieces = tuple(FIELD.split(english)[::2])
    return _Text(pieces, tuple(FIELD.findall(english)), sum(map(len, pieces)), japanese)
