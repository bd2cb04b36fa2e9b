"""What a door of chat puts into the queue once it has proven where a request comes from."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["command", "button"]


class ChatLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person said or pressed; its form is the same for every chat.

    Args:
        door: from where.
        kind: a line of text, or a pressed button whose value is a line of text, too.
        id: who: ``<team>/<user>`` of Slack, the account id of Chatwork.
        place: the channel or room.
        name: how the chat shows them.
        text: the line, such as ``approve demo-1-35-0001 k7f3qa because read it``.
        key: what makes this request one request: a copy has the same.
        at: when the chat sent it, in seconds since the epoch.
        answer_to: where an answer belongs: Slack's ``response_url``, or Chatwork's message id; "" for nowhere.
        message: the message whose button was pressed; "" for none.
    """

    door: Literal["slack", "chatwork"]
    kind: Kind = "command"
    id: str
    place: str
    name: str = ""
    text: str
    key: str
    at: float
    answer_to: str = ""
    message: str = ""
