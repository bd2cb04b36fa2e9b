"""What people are answered in a chat: every verb and every error, in the language of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.chat.line import usage
from norikae.chat.markup import Said
from norikae.chat.phrases import ABOUT, DONE, LEADS, NOTES
from norikae.chat.standing import standing, windows
from norikae.chat.translated import said_in
from norikae.commands.model import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.environment.notify import Language
    from norikae.errors import NorikaeError

NOBODY = "?"
"""What stands where an answer has no such field."""


def answered(command: Mapping[str, Any], answer: Mapping[str, Any], language: Language) -> Said:
    """What became of a command.

    Args:
        command: as it was said.
        answer: what ``operate`` answered.
        language: of the text.
    """
    match command["command"]:
        case "help":
            return _help(answer, language)
        case "status":
            return standing(answer, language)
        case "windows":
            return windows(answer, language)
    facts = {**command, **{key: _word(value) for key, value in answer.items()}}
    return Said(DONE[_how(command, answer)][language].format_map(_Facts(facts)))


def failed(error: NorikaeError, language: Language, *, note: str = "", **facts: object) -> Said:
    """Why a command had no effect.

    Args:
        error: what was raised.
        language: of what is said before the error's own text.
        note: which of ``NOTES`` follows it; "" for none.
        **facts: of that note.
    """
    lead = next(LEADS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in LEADS)
    text = said_in(language, str(error))
    lines = [f"{lead[language]}: {text.removeprefix('command: ')}"]
    return Said("\n".join((*lines, *([NOTES[note][language].format(**facts)] if note else []))))


def noted(note: str, language: Language, **facts: object) -> Said:
    """One of ``NOTES``.

    Args:
        note: which.
        language: of the text.
        **facts: that it names.
    """
    return Said(NOTES[note][language].format(**facts))


def _how(command: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """Which text of ``DONE`` says how a command came out."""
    verb: str = command["command"]
    if verb in ("plan", "start"):
        return "again" if answer.get("again") else verb
    if verb == "approve" and answer.get("missing"):
        return "first yes"
    if answer.get("answered") is False:
        return "too late"
    return "resume one" if verb == "resume" and command.get("application") else verb


def _help(answer: Mapping[str, Any], language: Language) -> Said:
    """Only what the sender may say."""
    lines = []
    for verb, form in VERBS.items():
        if (answer.get("commands") or {}).get(verb, {}).get("may"):
            about = ABOUT[verb] if language == "ja" else form.about
            lines.append(f"{' '.join((verb, usage(verb))).strip()} - {about}")
    if not lines:
        return Said(NOTES["may not"][language])
    return Said("\n".join((NOTES["may"][language], *lines, NOTES["reasons"][language])))


class _Facts(dict[str, Any]):
    """Fields by name, and something to show where there is none."""

    def __missing__(self, key: str) -> str:
        return NOBODY


def _word(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
