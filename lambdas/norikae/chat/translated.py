"""What norikae says in English sentences, in the language of who reads it in a chat.

Errors come from another function and reasons from the table, both as text, so it is the text that is translated: a
sentence is found by what its template says literally, and what stands in its braces is translated likewise.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from norikae.chat.phrases import BY_NAME, LEADS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.environment.notify import Language

OWN_WORDS = "words"
"""What stands in braces by this name is somebody else's: it is never translated."""
DEEPEST = 6
"""How often a part of a part is looked at."""
SEPARATORS: Final = (("\n", "\n"), (" | ", " | "), ("; ", "。"), (". ", "。"), (", ", ", "))
"""Between sentences, or things of a list, in English and in Japanese."""
FIELD: Final = re.compile(r"\{([a-z_]+)\}")
"""A fact in a template; other braces are braces."""
MOST_PARTS = 100
"""Sentences or things of a list that are told one by one; what has more is no text that somebody wrote for people."""
_HEAD = re.compile(r"[\w./@*-]+")


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


def facts_in(pieces: tuple[str, ...], text: str) -> list[str] | None:
    """What stands between some pieces of a text, each of which is looked for behind the one before; None for another.

    It takes no longer than reading the text once, whatever the text is.

    Args:
        pieces: the text begins with the first and ends with the last.
        text: any.
    """
    first, *others = pieces
    if not others:
        return [] if text == first else None
    if len(text) < len(first) + len(others[-1]) or not (text.startswith(first) and text.endswith(others[-1])):
        return None
    at, end, facts = len(first), len(text) - len(others[-1]), []
    for piece in others[:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return None
        facts.append(text[at:found])
        at = found + len(piece)
    return [*facts, text[at:end]]


def _japanese(text: str, depth: int) -> str:
    """The same in Japanese; "" when nothing of it is known."""
    if not depth or not text:
        return ""
    known = ((one, facts) for one in _texts() if (facts := facts_in(one.pieces, text)) is not None)
    best = max(known, key=lambda each: each[0].weight, default=None)
    return _filled(*best, depth) if best else _behind_a_name(text, depth) or _by_parts(text, depth)


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
    return f"{name}: {told}" if told else ""


def _by_parts(text: str, depth: int) -> str:
    """Split at the coarsest separator that it has, and at no other one, so that a long text costs no more than that."""
    english, japanese = next((pair for pair in SEPARATORS if pair[0] in text), ("", ""))
    if not english:
        return ""
    parts = text.split(english)
    if len(parts) > MOST_PARTS:
        return ""
    told = [_japanese(part, depth - 1) for part in parts]
    return japanese.join(known or part for known, part in zip(told, parts, strict=True)) if any(told) else ""


@cache
def _texts() -> tuple[_Text, ...]:
    return tuple(_template(english, japanese) for table in tables() for english, japanese in table.items())


def tables() -> tuple[Mapping[str, str], ...]:
    """Every template in English, with the same in Japanese; only who speaks Japanese loads them."""
    from norikae.chat.japanese import TABLES  # noqa: PLC0415 - see above

    return TABLES


def _template(english: str, japanese: str) -> _Text:
    pieces = tuple(FIELD.split(english)[::2])
    return _Text(pieces, tuple(FIELD.findall(english)), sum(map(len, pieces)), japanese)
