"""The card of a question: how it is answered, and that it is not asked any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.chat.line import line_of
from norikae.commands.ways import ways_to_answer
from norikae.notify.card import DONE, Ask, Card, icon_of, label
from norikae.notify.words import text_of, title_of

if TYPE_CHECKING:
    from norikae.environment import Notify
    from norikae.notify.kind import Language
    from norikae.notify.message import Message


def ask_of(run: str, subject: str, code: str) -> Ask:
    """How a question is answered: two buttons for a yes and a no, lines to type for anything else.

    Args:
        run: whose.
        subject: what is asked.
        code: the question's own.
    """
    found = ways_to_answer(run, {"subject": subject, "code": code})
    lines = tuple(line_of({**way, "run": run}) for way in found)  # of that very run, whenever it is answered
    verbs = [way["command"] for way in found]
    yes, no = lines if verbs == ["approve", "reject"] else ("", "")
    return Ask(yes=yes, no=no, ways=lines)


def question_card(message: Message, notify: Notify) -> Card:
    """A question that waits."""
    ask = ask_of(message.run, message.fact("subject"), message.fact("code"))
    text = text_of(message, notify)
    return Card(title=title_of(message, notify), icon=icon_of(message), texts=(text,), ask=ask)


def kept(card: Card, expires: float) -> dict[str, Any]:
    """What is remembered of a question, to show it once more when nobody can answer it any more."""
    return {"title": card.title, "texts": list(card.texts), "expires": expires}


def closed_card(state: dict[str, Any], now: float, language: Language) -> Card:
    """The same question without a way to answer it.

    Args:
        state: as ``kept`` made it.
        now: the instant, in seconds since the epoch.
        language: of the reason.
    """
    expires = state.get("expires") or 0
    why = label("expired" if expires and now >= expires else "answered", language)
    return Card(title=str(state.get("title", "")), icon=DONE, texts=tuple(state.get("texts", ())), notes=(why,))
