"""Texts of chats without their markup, for a terminal."""

from __future__ import annotations

import html
import re

_TITLE_ENDS = re.compile(r"\[/title\]", re.IGNORECASE)
_REPLY = re.compile(r"\[(?:rp|reply|返信)\s[^\]]*\]\s*|\[to:\d+\]\s*", re.IGNORECASE)
_TAG = re.compile(r"\[/?(?:info|title|code|hr|qt|qtmeta[^\]]*|picon(?:name)?:\d+)\]", re.IGNORECASE)
_LABELLED, _LINK = re.compile(r"<([^<>|]+)\|([^<>]*)>"), re.compile(r"<([^<>|]+)>")
_STRONG = re.compile(r"(?<!\w)\*(?=\S)([^*\n]+)(?<=\S)\*(?!\w)")
_FENCE = re.compile(r"```\n?")
_SPACE_OF_NO_WIDTH = "\u200b"


def readable(chat: str, text: str) -> str:
    """What a person sees of a text: its words and lines.

    Args:
        chat: ``slack`` or ``chatwork``.
        text: with its markup.
    """
    if chat == "chatwork":
        plain = _TAG.sub("", _REPLY.sub("↪ ", _TITLE_ENDS.sub("\n", text)))
    else:
        plain = _STRONG.sub(r"\1", _FENCE.sub("", _LINK.sub(r"\1", _LABELLED.sub(r"\2", text))))
        plain = html.unescape(plain)
    lines = (line.rstrip() for line in plain.replace(_SPACE_OF_NO_WIDTH, "").splitlines())
    return "\n".join(line for line in lines if line)
