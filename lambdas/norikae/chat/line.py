"""A line of text as people type it in chats, on a telephone or by a Japanese keyboard, becomes a command.

``hold billing because release today``, ``start 1.35 applications=billing,invoices reason="rehearsal"``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from norikae.commands.model import VERBS
from norikae.commands.parse import OF_PEOPLE, code_instead_of_run, near_to, needs, takes
from norikae.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from norikae.commands.model import Verb
    from norikae.environment.notify import Language

MOST = 2000
"""Characters of a line."""
SHOWN = 40
"""Characters of a word that is none of ours which an error repeats."""
_DOUBLE, _SINGLE = '"\u201c\u201d\u201e\u201f\uff02', "'\u2018\u2019\u201a\u201b\uff07"
_CLOSES: Final = {**dict.fromkeys(_DOUBLE, _DOUBLE), **dict.fromkeys(_SINGLE, _SINGLE), "\u300c": "\u300d"}
"""What may end a quotation that one of these begins: keyboards put in whichever looks nicest."""
_EQUALS = "=\uff1d"
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\u30fc"), "-")
"""What keyboards make of a hyphen, the long vowel of katakana too, which lies on the same key."""
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_BECAUSE = re.compile(r"(?i)(?:because|\u7406\u7531)(?:[:\uff1a]+|(?!\S))")
"""The reason begins after one of these: with a colon no blank need follow, as nobody writes one in Japanese."""
_SAME_FIELD: Final = {"\u7406\u7531": "reason", "app": "application", "hash": "plan_hash"}
_OURS = tuple(name for name in OF_PEOPLE if name != "by")
"""Options of every verb; who says it is known by the door."""
TEXTS: Final[dict[str, dict[Language, str]]] = {
    "long": {
        "en": f"the line is longer than {MOST} characters; say it in fewer",
        "ja": f"{MOST}文字を超えています。短くしてください",
    },
    "quote": {
        "en": "a quotation has no end; close it with the same quotation mark",
        "ja": "引用符が閉じられていません。同じ引用符で閉じてください",
    },
    "verb": {
        "en": "there is no command {word!r}; {near}",
        "ja": "{word!r} というコマンドはありません。{near}",
    },
    "word": {
        "en": "{verb} takes no {word!r}; it takes: {fields}; a reason follows the word because, options are name=value",
        "ja": "{verb} に {word!r} は指定できません。指定できるもの: {fields}。理由は because の後に書いてください",
    },
    "dashes": {
        "en": "{word!r}: options are written name=value in a chat, without dashes",
        "ja": "{word!r}: チャットではオプションを 名前=値 の形で、ハイフンなしで書いてください",
    },
    "field": {
        "en": "{verb} takes no option {word!r}; {near}",
        "ja": "{verb} に {word!r} というオプションはありません。{near}",
    },
    "twice": {
        "en": "{word} is said twice; say it once",
        "ja": "{word} が二度指定されています。一度だけ指定してください",
    },
    "empty": {
        "en": "{word}= has no value; write {word}=value",
        "ja": "{word}= の値がありません。{word}=値 の形で書いてください",
    },
    "missing": {
        "en": "name the {word}: {verb} {usage}",
        "ja": "{word} を指定してください: {verb} {usage}",
    },
    "near": {"en": "did you mean {name}?", "ja": "{name} のことですか?"},
    "known": {"en": "there are: {names}", "ja": "使えるもの: {names}"},
}
"""What can be wrong with a line, in every language."""


def read_line(text: str, language: Language = "en") -> dict[str, Any]:
    """The command that a line says, as ``operate`` takes it; ``help`` when it says nothing.

    Args:
        text: the line, without the name of norikae before it.
        language: of what an error says.

    Raises:
        BadRequestError: it says none; the text tells what would be right.
    """
    if len(text) > MOST:
        raise _wrong("long", language)
    words = list(_words(text.translate(_UNSEEN), language))
    if not words:
        return {"command": "help"}
    name, word = words.pop(0)
    verb: Any = _plain(word).lower().replace("_", "-")
    if name or verb not in VERBS:
        shown = f"{name}={word}" if name else word
        raise _wrong("verb", language, word=shown[:SHOWN], near=_near(verb, VERBS, language))
    return {"command": verb, **_fields(verb, words, language)}


def usage(verb: Verb) -> str:
    """What follows a verb in a line, as help shows it: words in angle brackets, in square ones where not needed.

    Args:
        verb: which.
    """
    form = VERBS[verb]
    words = [f"[{word[:-1]}]" if word.endswith("?") else f"<{word}>" for word in form.words]
    return " ".join((*words, *(f"[{option}=\u2026]" for option in form.options)))


def line_of(command: Mapping[str, str]) -> str:
    """The line that says a command whose values have no spaces.

    Args:
        command: as JSON.
    """
    form = VERBS[command["command"]]  # type: ignore[index]
    words = [command[name] for word in form.words if (name := word.rstrip("?")) in command]
    options = [f"{name}={command[name]}" for name in form.options if name in command]
    return " ".join((command["command"], *words, *options))


def _fields(verb: Verb, words: list[tuple[str, str]], language: Language) -> dict[str, Any]:
    form, fields = VERBS[verb], dict[str, Any]()
    # Whoever has typed `approve <run> <code>` types `abort <run>`, in a hurry.
    places = [word.rstrip("?") for word in form.words] or [name for name in form.options if name == "run"]
    for said, word in words:
        name = _name(verb, said, language) if said else ""
        if not said:
            name = next((place for place in places if place not in fields), "")
            if not name:
                _refuse_word(verb, word, language)
        if name in fields:
            raise _wrong("twice", language, word=name)
        if not word:
            raise _wrong("empty", language, word=name)
        fields[name] = word if name == "reason" else _plain(word)
    code_instead_of_run(form, fields)
    if "applications" in fields:
        fields["applications"] = [one for one in re.split(r"[,\u3001\uff0c]", fields["applications"]) if one]
    for name in needs(form):
        if name not in fields:
            raise _wrong("missing", language, word=name, verb=verb, usage=usage(verb))
    return fields


def _name(verb: Verb, said: str, language: Language) -> str:
    """The field that an option means."""
    name = _plain(said).lower()
    if name.startswith("-"):
        raise _wrong("dashes", language, word=said[:SHOWN])
    name = name.replace("-", "_")
    known = (*takes(verb), *_OURS)
    name = _SAME_FIELD.get(name, name)
    if name not in known:
        raise _wrong("field", language, verb=verb, word=said[:SHOWN], near=_near(name, known, language))
    return name


def _refuse_word(verb: Verb, word: str, language: Language) -> None:
    if _plain(word).startswith("--"):
        raise _wrong("dashes", language, word=word[:SHOWN])
    fields = ", ".join((*takes(verb), *_OURS))
    raise _wrong("word", language, verb=verb, word=word[:SHOWN], fields=fields)


def _words(text: str, language: Language) -> Iterator[tuple[str, str]]:
    """Each word with the name of the option whose value it is, "" for none; a reason is the whole rest of the line."""
    at, is_first = 0, True
    while (at := _after_spaces(text, at)) < len(text):
        if not is_first and (because := _BECAUSE.match(text, at)):
            yield "reason", " ".join(_unquoted(text[because.end() :].strip()).split())
            return
        name, word, at = _next(text, at, language)
        yield name, word
        is_first = False


def _next(text: str, at: int, language: Language) -> tuple[str, str, int]:
    """The option's name, the word, and where the word ends."""
    if text[at] in _CLOSES:
        word, at = _quotation(text, at, language)
        return "", word, at
    begin = at
    while at < len(text) and not text[at].isspace() and text[at] not in _EQUALS:
        at += 1
    said = text[begin:at]
    if at == len(text) or text[at].isspace():
        return "", said, at
    at += 1
    if at < len(text) and text[at] in _CLOSES:
        word, at = _quotation(text, at, language)
        return said or "=", word, at
    begin = at
    while at < len(text) and not text[at].isspace():
        at += 1
    return said or "=", text[begin:at], at


def _quotation(text: str, at: int, language: Language) -> tuple[str, int]:
    closes = _CLOSES[text[at]]
    end = next((index for index in range(at + 1, len(text)) if text[index] in closes), 0)
    if not end:
        raise _wrong("quote", language)
    return text[at + 1 : end], end + 1


def _unquoted(text: str) -> str:
    """Without the quotation marks around the whole, if there are such."""
    is_quoted = len(text) > 1 and text[0] in _CLOSES and text[-1] in _CLOSES[text[0]]
    return text[1:-1] if is_quoted else text


def _after_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _plain(word: str) -> str:
    """In ASCII where that means the same: full-width letters and digits, and whatever stands for a hyphen."""
    return unicodedata.normalize("NFKC", word).translate(_DASHES).strip()


def _near(word: str, known: Collection[str], language: Language) -> str:
    name = near_to(word, known)
    return (
        TEXTS["near"][language].format(name=name) if name else TEXTS["known"][language].format(names=", ".join(known))
    )


def _wrong(what: str, language: Language, **facts: str) -> BadRequestError:
    return BadRequestError(TEXTS[what][language].format(**facts))
