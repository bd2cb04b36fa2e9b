"""Text as a chat shows it and no more: nothing that somebody named, wrote or broke can call people or draw a box."""

from __future__ import annotations

import re
import unicodedata

_NOTHING = "\u200b"
"""The space of no width: a person does not see it, and a chat does not read over it."""
_SLACK = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CALLS = re.compile(r"@(?=\w)")
_UNSEEN = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_ALL = re.compile(r"(?i)(?<=to)\s+(?=all\s*>)")
"""How Chatwork wrote a mention of everybody before there was a tag for it."""
_FULL_WIDTH = str.maketrans({"[": "\uff3b", "]": "\uff3d"})


def slack(text: str) -> str:
    """``text`` for Slack's mrkdwn: without a link, a mention or a ``<!channel>`` of its own.

    The three characters that Slack asks for are escaped (docs.slack.dev, "Formatting message text": ``&``, ``<`` and
    ``>``, and no others), which leaves no tag; an ``@`` before a word is parted from it, because clients and the
    ``parse`` argument make mentions of plain ``@here``.
    """
    plain = _CALLS.sub(f"@{_NOTHING}", _seen(text))
    return "".join(_SLACK.get(character, character) for character in plain)


def chatwork(text: str) -> str:
    """``text`` for Chatwork: with full-width brackets, so that ``[To:…]``, ``[toall]``, ``[rp …]`` and such are text.

    Chatwork has no escape of its own (developer.chatwork.com, "Message notation"): a tag begins with ``[`` and ends
    with ``]``, so a text without either has none.
    """
    return _ALL.sub(f" {_NOTHING}", _seen(text).translate(_FULL_WIDTH))


def _seen(text: str) -> str:
    """Without what moves that which a person sees, such as the overrides of direction, and without halves of pairs."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSEEN.sub(" ", unicodedata.normalize("NFC", whole))
