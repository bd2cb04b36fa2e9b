"""Chatwork's API v2 over HTTPS: a new message, and the same message with another body."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from norikae.adapters.chat import wire
from norikae.chat.ports import Posted
from norikae.errors import RefusedError, UnreachableError

API = "api.chatwork.com"
FORM = "application/x-www-form-urlencoded"
PERIOD_SECONDS, ROOM_SECONDS = 300, 10
"""300 requests are taken in five minutes, 10 messages to a room in ten seconds (developer.chatwork.com, "Limits")."""


class _Written(msgspec.Struct):
    """What writing a message answers."""

    message_id: str


class HttpChatwork:
    """``Chatwork`` over HTTPS; nothing is sent twice.

    Args:
        token: the account's; it goes to api.chatwork.com only.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def post(self, room: str, body: str) -> Posted:
        """A new message."""
        answer = self._send("POST", f"/v2/rooms/{_number(room, 'room')}/messages", body)
        return Posted(place=room, message=answer.message_id)

    def edit(self, posted: Posted, body: str) -> None:
        """The same message with another body."""
        room, message = _number(posted.place, "room"), _number(posted.message, "message")
        self._send("PUT", f"/v2/rooms/{room}/messages/{message}", body)

    def _send(self, method: str, path: str, body: str) -> _Written:
        what = f"chatwork {method} {path}"
        headers = {"x-chatworktoken": self._token, "Content-Type": FORM, "Accept": "application/json"}
        form = {"body": body, **({"self_unread": "0"} if method == "POST" else {})}
        response = wire.send(
            what, method, API, path, headers, urlencode(form).encode(), wait=lambda given: _wait(given, time.time())
        )
        try:
            return msgspec.json.decode(response.data, type=_Written)
        except msgspec.DecodeError:
            pass
        raise UnreachableError(f"{what}: what answers is not Chatwork's API; the call may have worked")


def _wait(headers: Mapping[str, str], now: float) -> int:
    """Seconds until there is room again: ``Retry-After``, else the instant in ``x-ratelimit-reset``.

    Both headers are about the account's requests: while some of these remain, it is the room that is full.
    """
    at = headers.get("x-ratelimit-reset", "").strip()
    if "Retry-After" in headers or not (at.isascii() and at.isdigit()):
        return wire.wait_seconds(headers)
    if headers.get("x-ratelimit-remaining", "").strip().strip("0").isdecimal():
        return ROOM_SECONDS
    return min(max(1, round(int(at) - now)), PERIOD_SECONDS)


def _number(text: str, what: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise RefusedError(f"chatwork: {text[:40]!r} is no number of a {what}")
    return text
