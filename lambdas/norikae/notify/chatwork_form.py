"""A card as a message of Chatwork: a box with a title, rows as code, and the lines to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.chat.escape import chatwork
from norikae.notify.card import Card, fit, label

if TYPE_CHECKING:
    from norikae.notify.kind import Language

BODY, TITLE = 60_000, 500
"""UTF-16 units of a whole message, somewhat less than Chatwork takes (65,535), and of its title."""
PART = 3000
"""Of one paragraph, so that the lines to type have room."""
PARTS, ROWS, WAYS = 10, 200, 10


def to_chatwork(card: Card, language: Language) -> str:
    """The body; every text in it is escaped, and the only tags are ours.

    Args:
        card: what to show.
        language: of our own words.
    """
    title = fit(" ".join(f"{card.icon} {card.title}".split()), TITLE, chatwork)
    parts = [fit(one, PART, chatwork) for one in card.texts[:PARTS] if one.strip()]
    if card.rows:
        rows = "\n".join(fit(row.replace("\n", " "), 200, chatwork) for row in card.rows[:ROWS])
        parts.append(f"[code]{rows}[/code]")
    parts += [fit(one, PART, chatwork) for one in card.notes[:PARTS] if one.strip()]
    box = f"[info][title]{title}[/title]{chr(10).join(parts)}[/info]"
    ways = card.ask.ways[:WAYS] if card.ask else ()
    if not ways:
        return box
    lines = "\n".join(fit(f"/norikae {one}".replace("\n", " "), TITLE, chatwork) for one in ways)
    return f"{box}\n{label('answer', language)}\n{lines}"
