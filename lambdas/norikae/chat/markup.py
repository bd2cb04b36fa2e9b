"""An answer as a chat shows it: escaped as a whole, cut to what a message may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.chat import escape
from norikae.chat.phrases import NOTES

if TYPE_CHECKING:
    from norikae.environment.notify import Language

MOST = 3000
"""Characters of an answer before it is escaped, which at most makes five of one; Slack advises 4000 for a text and
cuts at 40,000 (docs.slack.dev, "chat.postMessage", truncating), and nobody reads more on a telephone."""
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered, in plain text.

    Args:
        text: sentences and lines.
        block: lines in a type of one width, for bars and tables.
    """

    text: str
    block: str = ""


def slack(said: Said, language: Language) -> str:
    """As Slack's mrkdwn."""
    text, block = _cut(said, language)
    fenced = escape.slack(block).replace(_FENCE, "'''")
    return escape.slack(text) + (f"\n{_FENCE}\n{fenced}\n{_FENCE}" if block else "")


def chatwork(said: Said, language: Language, *, reply: tuple[str, str, str] | None = None) -> str:
    """As a message of Chatwork.

    Args:
        said: what is answered.
        language: of what is said where it is cut.
        reply: the account, room and message to which it is the answer; each of digits only.
    """
    text, block = _cut(said, language)
    head = ""
    if reply and all(part.isascii() and part.isdigit() for part in reply):
        head = f"[rp aid={reply[0]} to={reply[1]}-{reply[2]}]\n"
    return head + escape.chatwork(text) + (f"\n[code]{escape.chatwork(block)}[/code]" if block else "")


def _cut(said: Said, language: Language) -> tuple[str, str]:
    text = _shorter(said.text, MOST, language)
    return text, _shorter(said.block, max(MOST - len(text), MOST // 3), language)


def _shorter(text: str, most: int, language: Language) -> str:
    """Whole lines where there are such."""
    if len(text) <= most:
        return text
    begin = text[:most]
    return f"{begin.rpartition(chr(10))[0] or begin}\n{NOTES['cut'][language]}"
