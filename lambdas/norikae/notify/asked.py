"""The card of a question: how it is answered, and that it is not asked any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.notify.card import DONE, Ask, Card, icon_of, label
from norikae.notify.words import text_of, title_of

if TYPE_CHECKING:
    from norikae.environment import Notify
    from norikae.notify.kind import Language
    from norikae.notify.message import Message

YES_OR_NO = frozenset({"plan", "sync", "decommission"})
"""Subjects that are answered by a yes or a no; for the others there are commands."""


def ask_of(run: str, subject: str, code: str) -> Ask:
    """How a question is answered.

    Args:
        run: whose.
        subject: what is asked.
        code: the question's own.
    """
    about, _, application = subject.partition("/")
    if about in YES_OR_NO:
        yes, no = f"approve {run} {code}", f"reject {run} {code}"
        return Ask(yes=yes, no=no, ways=(yes, no))
    if application:
        go_on = "shift" if about == "team" else "resume"
        return Ask(ways=tuple(f"{verb} {application} run={run}" for verb in (go_on, "roll-back")))
    verbs = ("resume", "finish", "abort") if about == "partial" else ("resume", "abort")
    return Ask(ways=tuple(f"{verb} run={run}" for verb in verbs))


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
