"""What stands in a chat about one thing, before it has a chat's own form, which escapes every text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from norikae.notify.kind import Language, Words, line
from norikae.notify.tell import Severity

if TYPE_CHECKING:
    from norikae.notify.message import Message

ICONS: dict[Severity, str] = {"info": "🔵", "action": "🟡", "page": "🔴"}
DONE = "✅"
LABELS: dict[str, Words] = {
    "approve": line("Approve", "承認"),
    "reject": line("Reject", "却下"),
    "sure": line("Are you sure?", "よろしいですか?"),
    "cancel": line("Cancel", "やめる"),
    "answer": line("To answer, type:", "回答するには次を入力してください:"),
    "answered": line("Answered, or not asked any more.", "回答済み、または確認が終了しました。"),
    "expired": line("Nobody answered in time.", "期限までに回答がありませんでした。"),
    "waits": line("Waits for", "待ち"),
    "ended": line("Ended", "終了"),
    "moved": line("applications moved", "アプリケーション移行済み"),
    "more": line("and {count} more", "ほか {count} 件"),
    "asks": line("Asks", "確認待ち"),
    "nodes": line("Nodes of {cluster} that go: {count}", "{cluster} から外れるノード: {count}"),
    "window": line("by", "期限"),
}
"""Words of the cards themselves."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A question that somebody may answer here.

    Args:
        yes: the command line of a yes, such as ``approve demo-1-35-0001 k7f3qa``; "" when it is no yes-or-no question.
        no: the command line of a no.
        ways: the lines to type where there are no buttons, without ``/norikae``.
    """

    yes: str = ""
    no: str = ""
    ways: tuple[str, ...] = ()


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One message.

    Args:
        title: one line.
        icon: before it.
        texts: paragraphs.
        rows: lines of fixed width.
        notes: small lines at the end.
        ask: what may be answered; None for nothing.
    """

    title: str
    icon: str = ""
    texts: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ask: Ask | None = None


def label(name: str, language: Language) -> str:
    """A word of the cards themselves."""
    return LABELS[name].of(language)


def icon_of(message: Message) -> str:
    """What shows from afar who is needed."""
    return ICONS[message.severity]


def fit(text: str, limit: int, escape: Callable[[str], str]) -> str:
    """The escaped text, cut before it was escaped, so that no escape is cut through.

    Args:
        text: any text.
        limit: of the result, in UTF-16 units, which is never less than in characters.
        escape: makes it safe for a chat; it may make it longer.
    """
    if len(text) <= limit and units(whole := escape(text)) <= limit:
        return whole
    low, high, best = 0, min(len(text), limit), ""
    while low <= high:
        middle = (low + high) // 2
        cut = escape(f"{text[:middle]}…")
        if units(cut) <= limit:
            low, best = middle + 1, cut
        else:
            high = middle - 1
    return best


def units(text: str) -> int:
    """The length of a text in UTF-16 units, as chats that are written in JavaScript count it."""
    return len(text) + sum(character > "\uffff" for character in text)
