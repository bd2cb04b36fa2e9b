"""The requests that Slack makes to an app: their bodies, and the headers that prove them.

Sources: Slack's documentation, "Enabling interactivity with slash commands", "Handling user interaction",
"block_actions payload", "Verifying requests from Slack". Neither kind is retried; only the Events API is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.chat.conversation import Button
    from local.chat.slack_app import App, Channel, Message

AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
LIMIT_SECONDS = 3.0
"""After which Slack hangs up and tells the person that it has not worked."""


def signature(signing_key: str, timestamp: str, body: bytes) -> str:
    """The value of ``X-Slack-Signature``.

    Args:
        signing_key: of the app.
        timestamp: the value of ``X-Slack-Request-Timestamp``.
        body: as it is sent.
    """
    return "v0=" + hmac.new(signing_key.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def headers(app: App, body: bytes, now: float) -> dict[str, str]:
    """The headers of a request.

    Args:
        app: who gets it.
        body: as it is sent.
        now: when, in seconds since the epoch.
    """
    timestamp = str(int(now))
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": AGENT,
        "Accept": "application/json,*/*",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(app.signing_key, timestamp, body),
    }


def again(app: App, sent: Mapping[str, str], body: bytes, now: float, number: int = 1) -> dict[str, str]:
    """The headers of a request that is made once more: signed anew, with what the Events API says besides.

    Args:
        app: who gets it.
        sent: the headers of the first time.
        body: as it was sent.
        now: when, in seconds since the epoch.
        number: which repetition.
    """
    return {**sent, **headers(app, body, now), "X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}


def command(app: App, channel: Channel, user: tuple[str, str], text: str, keys: tuple[str, str]) -> bytes:
    """The body of a slash command ``/norikae``.

    Args:
        app: who gets it.
        channel: where it was typed.
        user: id and name of who typed it.
        text: what follows the command.
        keys: ``response_url`` and ``trigger_id``.
    """
    fields = {
        "token": app.verification,
        "team_id": app.team,
        "team_domain": app.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user[0],
        "user_name": user[1],
        "command": "/norikae",
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": keys[0],
        "trigger_id": keys[1],
    }
    return urlencode(fields).encode()


def press(
    app: App,
    channel: Channel,
    user: tuple[str, str],
    message: Message,
    action: tuple[Button, str],
    keys: tuple[str, str],
) -> bytes:
    """The body of a pressed button.

    Args:
        app: who gets it.
        channel: where the message stands.
        user: id and name of who pressed it.
        message: below which it is.
        action: which button, and when it was pressed as Slack writes it.
        keys: ``response_url`` and ``trigger_id``.
    """
    button, at = action
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user[0], "username": user[1], "name": user[1], "team_id": app.team},
        "api_app_id": app.id,
        "token": app.verification,
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.to),
        },
        "trigger_id": keys[1],
        "team": {"id": app.team, "domain": app.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": channel.name},
        "message": _shown(app, message),
        "state": {"values": {}},
        "response_url": keys[0],
        "actions": [_action(message, button, at)],
    }
    return urlencode({"payload": json.dumps(payload, ensure_ascii=False, separators=(",", ":"))}).encode()


def _shown(app: App, message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "bot_id": app.bot,
        "app_id": app.id,
    }
    shown |= {"text": message.text, "team": app.team, "blocks": message.blocks}
    return shown | ({"thread_ts": message.thread} if message.thread else {})


def _action(message: Message, button: Button, at: str) -> dict[str, Any]:
    for block in message.blocks:
        for one in [*block.get("elements", ()), block.get("accessory", {})]:
            if one.get("action_id") == button.action:
                style = {"style": one["style"]} if "style" in one else {}
                known = {"action_id": button.action, "block_id": block["block_id"], "text": one["text"]}
                return {**known, **style, "value": button.value, "type": "button", "action_ts": at}
    raise LookupError(f"message {message.ts} has no button {button.action}")
