"""Slack's Web API over HTTPS, and answers to slash commands and buttons at the URL that came with them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from norikae.adapters.chat.wire import send, wait_seconds
from norikae.chat.ports import Posted
from norikae.errors import RefusedError, ThrottledError, UnreachableError

Json = dict[str, Any]

API, HOOKS = "slack.com", "hooks.slack.com"
JSON = "application/json; charset=utf-8"
OK = b"ok"
THROTTLED = frozenset({"ratelimited", "rate_limited"})
THEIRS = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Words for a trouble of Slack's own; the call may have worked (docs.slack.dev, "chat.postMessage", errors)."""
WORD = re.compile(r"[a-z0-9_]{1,80}")


class _Answer(msgspec.Struct):
    """What every method answers (docs.slack.dev, "Web API": ``ok``, ``error``), and the message that was written."""

    ok: bool
    error: str = ""
    channel: str = ""
    ts: str = ""


class HttpSlack:
    """``Slack`` over HTTPS; nothing is sent twice.

    Args:
        token: the bot's (``xoxb-…``); it goes to slack.com only.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def post(self, channel: str, text: str, blocks: list[Json], *, thread: str = "", loud: bool = False) -> Posted:
        """``chat.postMessage``; ``text`` is what notifications show, and ``loud`` shows a reply in the channel, too."""
        more = {"thread_ts": thread, "reply_broadcast": loud} if thread else {}
        answer = self._call("chat.postMessage", {"channel": channel, **_content(text, blocks), **more})
        return Posted(place=answer.channel or channel, message=answer.ts)

    def update(self, posted: Posted, text: str, blocks: list[Json]) -> None:
        """``chat.update``; what becomes of blocks that are left out has changed, so none is an empty list."""
        message = {"channel": posted.place, "ts": posted.message, "text": text, "blocks": blocks}
        self._call("chat.update", message)

    def respond(self, url: str, text: str, *, replace: bool = False) -> None:
        """Answer a slash command or a button, seen by its sender only.

        Raises:
            RefusedError: the URL is not Slack's, or Slack takes no answer there any more.
        """
        what, path = "slack response_url", _path_of(url)
        message = {"response_type": "ephemeral", "text": text, "replace_original": replace}
        response = send(what, "POST", HOOKS, path, {"Content-Type": JSON}, msgspec.json.encode(message))
        if response.data.strip() != OK:
            self._refuse(what, _read(what, response.data), wait_seconds(response.headers))

    def _call(self, method: str, message: Json) -> _Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": JSON}
        what = f"slack {method}"
        response = send(what, "POST", API, f"/api/{method}", headers, msgspec.json.encode(message))
        answer = _read(what, response.data)
        self._refuse(what, answer, wait_seconds(response.headers))
        return answer

    @staticmethod
    def _refuse(what: str, answer: _Answer, seconds: int) -> None:
        if answer.ok:
            return
        word = answer.error if WORD.fullmatch(answer.error) else "an error without a word"
        if word in THROTTLED:
            raise ThrottledError(f"{what}: {word}; again in {seconds} s")
        if word in THEIRS:
            raise UnreachableError(f"{what}: {word}; the call may have worked")
        raise RefusedError(f"{what}: Slack refuses it: {word}")


def _content(text: str, blocks: list[Json]) -> Json:
    # Links are not unfurled: what a message says is what people read.
    return {"text": text, "unfurl_links": False, "unfurl_media": False, **({"blocks": blocks} if blocks else {})}


def _path_of(url: str) -> str:
    """Path and query of a URL at which Slack takes answers."""
    try:
        parts = urlsplit(url)
        is_slacks = (parts.scheme, parts.netloc) == ("https", HOOKS)
    except ValueError:
        is_slacks = False
    if not is_slacks or not parts.path.startswith("/") or not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedError(f"slack response_url: it is not at https://{HOOKS}; nothing is sent there")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _read(what: str, body: bytes) -> _Answer:
    try:
        return msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError:
        pass
    raise UnreachableError(f"{what}: what answers is not Slack's API; the call may have worked")
