"""Who a text of Chatwork's would call: the accounts that its tags notify.

Source: Chatwork's documentation of message notation. It is read generously: what might call somebody does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_ALL = re.compile(r"\[\s*toall\s*\]|\bto\s+all\s*>", re.IGNORECASE)
"""The second form is older than the tag, and still calls everybody."""
_TO = re.compile(r"\[\s*to\s*:\s*(\d+)\s*\]", re.IGNORECASE)
_REPLY = re.compile(r"\[\s*(?:rp|reply|返信)\s[^\]]*?aid\s*=\s*(\d+)[^\]]*\]", re.IGNORECASE)


def notified(body: str, members: Collection[str]) -> frozenset[str]:
    """The accounts whom a text calls: by name, by a reply, or all of a room.

    Args:
        body: of a message.
        members: the accounts of its room.
    """
    called = {*_TO.findall(body), *_REPLY.findall(body)} & set(members)
    return frozenset(members) if _ALL.search(body) else frozenset(called)
