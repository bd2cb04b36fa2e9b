"""Whom a text of Slack's would call.

Source: Slack's documentation, "Formatting text for app surfaces" (mentioning users, groups, channels).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.chat import slack_blocks

if TYPE_CHECKING:
    from local.chat.slack_app import Message

_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!(subteam\^[A-Z0-9]+|channel|here|everyone)(?:\|[^>]*)?>")


def notified(message: Message) -> frozenset[str]:
    """Users by id, groups and ``channel``, ``here``, ``everyone`` whom a message calls; plain text calls nobody.

    Args:
        message: as it stands.
    """
    parts = [one["text"] for one in slack_blocks.texts(message.blocks) if one["type"] == "mrkdwn"]
    texts = [message.text, *parts]
    return frozenset(who for text in texts for pattern in (_USER, _GROUP) for who in pattern.findall(text))
