"""How Slack reads a request and writes an answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.loopback import HttpAnswer
from local.chat import slack_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.aws.loopback import HttpRequest

Json = dict[str, Any]
BODY_TYPE = "application/json"
MOST_TEXT, MOST_UPDATED_BYTES = 40_000, 4000
"""Characters of a new text; bytes of one that replaces another, with ``&``, ``<`` and ``>`` as entities."""


@dataclass(slots=True)
class RefusedError(Exception):
    """Slack says no.

    Args:
        error: its word for it.
        more: what it says besides.
        wait: seconds after which the app may ask again; 0 when that would not help.
    """

    error: str
    more: Json = field(default_factory=dict)
    wait: int = 0

    def answer(self, status: int) -> HttpAnswer:
        """The refusal as an answer with a status; 429 when waiting would help."""
        wait = {"Retry-After": str(self.wait)} if self.wait else {}
        return answered({"ok": False, "error": self.error, **self.more}, 429 if self.wait else status, wait)


def answered(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """An answer in JSON."""
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return HttpAnswer(status, json.dumps(body).encode(), {**kind, **(headers or {})})


def read(request: HttpRequest) -> Json:
    """The body of a request, which has to be JSON; Slack takes forms, too, and this world does not.

    Raises:
        RefusedError: ``invalid_post_type``, ``invalid_json`` or ``json_not_object``.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BODY_TYPE:
        raise RefusedError("invalid_post_type")
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise RefusedError("invalid_json") from error
    if not isinstance(body, dict):
        raise RefusedError("json_not_object")
    return body


def blocks_of(asked: Json) -> list[Json] | None:
    """The blocks of a message; None when it says nothing about them.

    Raises:
        RefusedError: ``invalid_blocks`` or ``msg_blocks_too_long``.
    """
    blocks = asked.get("blocks")
    if blocks is None:
        return None
    found = slack_blocks.mistakes(blocks)
    if found:
        messages = [f"[ERROR] {one}" for one in found]
        raise RefusedError("invalid_blocks", {"errors": found, "response_metadata": {"messages": messages}})
    if slack_blocks.length(blocks) > slack_blocks.ALL_TEXT:
        raise RefusedError("msg_blocks_too_long")
    return list(blocks)


def text_of(asked: Json, blocks: list[Json] | None) -> str | None:
    """The text of a message; None when it says nothing about it.

    Raises:
        RefusedError: ``no_text`` or ``msg_too_long``.
    """
    text = asked.get("text")
    if not text and not blocks:
        raise RefusedError("no_text")
    if text is not None and len(str(text)) > MOST_TEXT:
        raise RefusedError("msg_too_long")
    return None if text is None else str(text)


def refuse_long_update(text: str | None) -> None:
    """A text that replaces another may be much shorter only.

    Source: Slack's documentation of ``chat.update`` (4,000), and reports that it counts bytes with entities.

    Raises:
        RefusedError: ``msg_too_long``.
    """
    escaped = (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped.encode()) > MOST_UPDATED_BYTES:
        raise RefusedError("msg_too_long")


def in_time(wait: int) -> None:
    """There is room for a request.

    Args:
        wait: seconds until there would be; 0 when there is.

    Raises:
        RefusedError: ``ratelimited``.
    """
    if wait:
        raise RefusedError("ratelimited", wait=wait)


def said_at_once(answer: bytes, media: str) -> tuple[str, bool]:
    """What an app says in its answer to a slash command, and whether to all; what is not called JSON is plain text.

    Source: Slack's documentation, "Enabling interactivity with slash commands" (immediate responses).

    Args:
        answer: its body.
        media: its media type.
    """
    text = answer.decode(errors="replace").strip()
    if media != BODY_TYPE:
        return text, False
    try:
        body = json.loads(text or "{}")
    except ValueError:
        return "", False
    body = body if isinstance(body, dict) else {}
    return str(body.get("text", "")), body.get("response_type") == "in_channel"
