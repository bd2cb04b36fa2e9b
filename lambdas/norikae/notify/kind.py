"""How one event is shown: its texts in both languages, what it is about, and whether it is a message of its own."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from norikae.notify.tell import Severity

Thing = Literal["run", "episode", "secret", "cluster", "none"]
Language = Literal["en", "ja"]

ALWAYS = ("environment", "event", "severity", "run", "text")
"""The keys of every message that a template may name."""


class Words(NamedTuple):
    """The same said in both languages, with the keys of a message in braces."""

    en: str
    ja: str

    def of(self, language: Language) -> str:
        """The one that people read."""
        return self.ja if language == "ja" else self.en


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the catalogue.

    Args:
        thing: what it is about; messages about the same thing belong together.
        title: one line.
        text: what is said below; a line whose keys are all empty is left out.
        severities: those that its messages may have.
        alerts: whether it is a message of its own even at severity info; the others update the thing's message.
        keys: of its messages, besides those that are always there; some may be missing in one message.
    """

    thing: Thing
    title: Words
    text: Words
    severities: tuple[Severity, ...]
    alerts: bool
    keys: tuple[str, ...] = ()


def line(en: str, ja: str) -> Words:
    """Words, so that a catalogue reads well."""
    return Words(en, ja)
