"""A card as a message of Chatwork: a box with a title, rows as code, and the lines to type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from norikae.chat import escape
from norikae.notify.card import Card, fit, label

if TYPE_CHECKING:
    from norikae.notify.kind import Language

TITLE, TEXT, ROW, NOTE, WAY = 300, 2000, 100, 500, 300
"""UTF-16 units of each part, and how many there are of it: together less than the 65,535 that Chatwork takes."""
TEXTS, ROWS, NOTES, WAYS = 10, 200, 10, 10
_ALL = re.compile(r"(?i)^(?=\s*all\s*>)")
_NOTHING = "\u200b"


def to_chatwork(card: Card, language: Language) -> str:
    """The body; every text in it is escaped, and the only tags are ours.

    Args:
        card: what to show.
        language: of our own words.
    """
    title = fit(" ".join(f"{card.icon} {card.title}".split()), TITLE, _escaped)
    parts = [fit(one, TEXT, _escaped) for one in card.texts[:TEXTS] if one.strip()]
    if card.rows:
        rows = "\n".join(fit(row.replace("\n", " "), ROW, _escaped) for row in card.rows[:ROWS])
        parts.append(f"[code]{rows}[/code]")
    parts += [fit(one, NOTE, _escaped) for one in card.notes[:NOTES] if one.strip()]
    box = f"[info][title]{title}[/title]{chr(10).join(parts)}[/info]"
    ways = card.ask.ways[:WAYS] if card.ask else ()
    if not ways:
        return box
    lines = "\n".join(fit(f"/norikae {one}".replace("\n", " "), WAY, _escaped) for one in ways)
    return f"{box}\n{label('answer', language)}\n{lines}"


def _escaped(text: str) -> str:
    """Also where the piece before it ends with the first word of Chatwork's old mention of everybody."""
    return _ALL.sub(_NOTHING, escape.chatwork(text))
