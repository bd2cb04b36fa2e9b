"""A card as Slack's blocks, within Slack's limits whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.chat.escape import slack
from norikae.notify.card import Ask, Card, fit, label, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.notify.kind import Language

Json = dict[str, Any]
SECTION, CONTEXT, TEXT = 3000, 2000, 3000
"""UTF-16 units of a section (docs.slack.dev, "Section block"), of a context's line, and of what notifications show."""
BUTTON, VALUE, CONFIRM_TITLE, CONFIRM_TEXT = 75, 2000, 100, 300
"""Of a button's text and value, and of its dialog (docs.slack.dev, "Button element", "Confirmation dialog object")."""
CONFIRM_BUTTON = 30
BLOCKS, NOTES = 50, 10
"""Blocks of one message, and elements of one context (docs.slack.dev, "Blocks", "Context block")."""
NAMELESS = "norikae"
PARAGRAPHS, CODES = 20, 10
"""How many of the blocks are for texts and for rows."""


def to_slack(card: Card, language: Language) -> tuple[str, list[Json]]:
    """What notifications show, and the blocks.

    Args:
        card: what to show.
        language: of the buttons.
    """
    title = " ".join(f"{card.icon} {card.title}".split()) or NAMELESS
    first = card.texts[0] if card.texts else ""
    text = fit(f"{title}\n{first}" if first else title, TEXT, slack)
    blocks = [_section(f"*{fit(title.replace('*', ' '), SECTION - 2, slack)}*")]
    blocks += [_section(fit(one, SECTION, slack)) for one in card.texts[:PARAGRAPHS] if one.strip()]
    blocks += [_section(one) for one in _codes(card.rows)]
    if card.ask is not None:
        blocks += _buttons(card, card.ask, language) if _has_buttons(card.ask) else _ways(card.ask, language)
    notes = [fit(one, CONTEXT, slack) for one in card.notes[:NOTES] if one.strip()]
    if notes:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": one} for one in notes]})
    return text, blocks[:BLOCKS]


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _codes(rows: tuple[str, ...]) -> Iterator[str]:
    """Rows in boxes of fixed width, each within a section; a row's own fence cannot end its box."""
    fence, taken, boxes = "```", "", 0
    room = SECTION - 2 * len(fence) - 2
    for row in rows:
        one = fit(row.replace("`", "'").replace("\n", " "), 200, slack)
        if len(taken) + len(one) + 1 > room // 2:
            yield f"{fence}\n{taken}\n{fence}"
            taken, boxes = "", boxes + 1
            if boxes == CODES:
                return
        taken = f"{taken}\n{one}" if taken else one
    if taken:
        yield f"{fence}\n{taken}\n{fence}"


def _has_buttons(ask: Ask) -> bool:
    """A command that is longer than a value may be is typed instead of cut."""
    return all(0 < units(line) <= VALUE for line in (ask.yes, ask.no))


def _buttons(card: Card, ask: Ask, language: Language) -> list[Json]:
    elements = [
        _button("approve", "primary", ask.yes, card, language),
        _button("reject", "danger", ask.no, card, language),
    ]
    return [{"type": "actions", "elements": elements}]


def _button(name: str, style: str, value: str, card: Card, language: Language) -> Json:
    """Its value is a command line; ``action_id`` only tells two buttons apart."""
    said = label(name, language)
    return {
        "type": "button",
        "action_id": name,
        "style": style,
        "text": {"type": "plain_text", "text": said[:BUTTON]},
        "value": value,
        "confirm": {
            "title": {"type": "plain_text", "text": label("sure", language)[:CONFIRM_TITLE]},
            "text": {"type": "plain_text", "text": fit(card.title or said, CONFIRM_TEXT, _plain)},
            "confirm": {"type": "plain_text", "text": said[:CONFIRM_BUTTON]},
            "deny": {"type": "plain_text", "text": label("cancel", language)[:CONFIRM_BUTTON]},
        },
    }


def _ways(ask: Ask, language: Language) -> list[Json]:
    if not ask.ways:
        return []
    lines = "\n".join(f"/norikae {one}" for one in ask.ways)
    return [_section(fit(f"{label('answer', language)}\n{lines}", SECTION, slack))]


def _plain(text: str) -> str:
    """Plain text of a dialog, which may not be empty."""
    return slack(text) if text.strip() else NAMELESS
