"""A card as Slack's blocks, within Slack's limits whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.chat.escape import slack
from norikae.notify.card import Ask, Card, fit, label, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.notify.kind import Language

Json = dict[str, Any]
SECTION, CONTEXT, TEXT = 3000, 100, 3000
"""UTF-16 units of a section (docs.slack.dev, "Section block"), of a small line, and of what notifications show."""
BUTTON, VALUE, CONFIRM_TITLE, CONFIRM_TEXT = 75, 2000, 100, 300
"""Of a button's text and value, and of its dialog (docs.slack.dev, "Button element", "Confirmation dialog object")."""
CONFIRM_BUTTON = 30
BLOCKS, NOTES = 50, 10
"""Blocks of one message, and elements of one context (docs.slack.dev, "Blocks", "Context block")."""
NAMELESS = "norikae"
TITLE, ROOM, ROW, BOX, CODES, WAYS = 300, 5500, 200, 1500, 3, 1000
"""Of the title, of all paragraphs, of a row, of a box of rows and how many of these, and of lines to type.

Slack refuses a message whose blocks are too long together (``msg_blocks_too_long``); the reference does not say how
long that is, people have measured 13,200 (slackapi/bolt-js#2509), and these are less.
"""


def to_slack(card: Card, language: Language) -> tuple[str, list[Json]]:
    """What notifications show, and the blocks.

    Args:
        card: what to show.
        language: of the buttons.
    """
    title = " ".join(f"{card.icon} {card.title}".split()) or NAMELESS
    first = card.texts[0] if card.texts else ""
    text = fit(f"{title}\n{first}" if first else title, TEXT, slack)
    blocks = [_section(f"*{fit(title.replace('*', ' '), TITLE, slack)}*")]
    blocks += [_section(one) for one in _paragraphs(card.texts)]
    blocks += [_section(one) for one in _codes(card.rows)]
    if card.ask is not None:
        blocks += _buttons(card, card.ask, language) if _has_buttons(card.ask) else _ways(card.ask, language)
    notes = [fit(one, CONTEXT, slack) for one in card.notes[:NOTES] if one.strip()]
    if notes:
        blocks.append({"type": "context", "elements": [_mrkdwn(one) for one in notes]})
    return text, blocks[:BLOCKS]


def _section(text: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Json:
    """Verbatim: Slack makes no links or mentions of names that it knows."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _paragraphs(texts: tuple[str, ...]) -> Iterator[str]:
    """As many as there is room for, each within a section."""
    room = ROOM
    for text in texts:
        one = fit(text, min(SECTION, room), slack) if text.strip() else ""
        room -= units(one)
        if one:
            yield one


def _codes(rows: tuple[str, ...]) -> Iterator[str]:
    """Rows in boxes of fixed width, each within a section; a row's own fence cannot end its box."""
    fence, taken, boxes = "```", "", 0
    for row in rows:
        one = fit(row.replace("`", "'").replace("\n", " "), ROW, slack)
        if units(taken) + units(one) + 1 > BOX:
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
    return [_section(fit(f"{label('answer', language)}\n{lines}", WAYS, slack))]


def _plain(text: str) -> str:
    """Plain text of a dialog, which may not be empty."""
    return slack(text) if text.strip() else NAMELESS
