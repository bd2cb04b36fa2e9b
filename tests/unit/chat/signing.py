"""Requests as the chats sign them and as API Gateway passes them on; written without norikae's own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.unit.fakes.ears import FakeEarPorts

Json = dict[str, Any]
NOW = 1795834800
SLACK_KEY = "8f742231b10e8888abcd99yyyzzz85a5"
CHATWORK_TOKEN = "A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU="
KEYS = {"slack": SLACK_KEY, "chatwork": CHATWORK_TOKEN}


def ports(now: float = NOW, **differs: Any) -> FakeEarPorts:
    """The world at a time, with the right keys."""
    return FakeEarPorts(**{"now": now, "keys": dict(KEYS), **differs})


def recorded(name: str) -> Json:
    """A recorded event."""
    folder = Path("tests/events")
    path = folder / f"{name}.json"
    found: Json = json.loads((path if path.exists() else folder / "chat" / f"{name}.json").read_text())
    return found


def proxied(body: bytes, headers: dict[str, str], *, is_base64: bool = False) -> Json:
    """What API Gateway makes of a request."""
    return {
        "resource": "/",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "body": base64.b64encode(body).decode() if is_base64 else body.decode(),
        "isBase64Encoded": is_base64,
    }


def slack_signature(body: bytes, sent: object, key: str = SLACK_KEY) -> str:
    """``v0=`` and the code."""
    return "v0=" + hmac.new(key.encode(), f"v0:{sent}:".encode() + body, hashlib.sha256).hexdigest()


def slack(body: bytes, sent: object = NOW, key: str = SLACK_KEY, *, is_base64: bool = False) -> Json:
    """A request of Slack."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(sent),
        "X-Slack-Signature": slack_signature(body, sent, key),
    }
    return proxied(body, headers, is_base64=is_base64)


def slash(text: str = "status", **differs: str) -> bytes:
    """The form of a slash command."""
    form = {
        "team_id": "T01NORIKAE",
        "channel_id": "C01OPS",
        "user_id": "U01MIO",
        "user_name": "mio",
        "command": "/norikae",
        "text": text,
        "response_url": "https://hooks.slack.com/commands/T01NORIKAE/1/x",
        "trigger_id": "1.2.abc",
    }
    return urlencode(form | differs).encode()


def pressed(value: str = "approve demo-1-35-0001 k7f3qa", **differs: Any) -> bytes:
    """The form of a pressed button."""
    payload = {
        "type": "block_actions",
        "team": {"id": "T01NORIKAE", "domain": "norikae"},
        "user": {"id": "U01MIO", "username": "mio", "team_id": "T01NORIKAE"},
        "channel": {"id": "C01OPS", "name": "ops"},
        "message": {"ts": "1795834000.000100", "text": "plan"},
        "actions": [{"type": "button", "action_id": "approve", "value": value}],
        "response_url": "https://hooks.slack.com/actions/T01NORIKAE/1/x",
        "trigger_id": "3.4.def",
    }
    return urlencode({"payload": json.dumps(payload | differs)}).encode()


def chatwork_signature(body: bytes, token: str = CHATWORK_TOKEN) -> str:
    """The code in base64."""
    return base64.b64encode(hmac.new(base64.b64decode(token), body, hashlib.sha256).digest()).decode()


def chatwork(body: bytes, token: str = CHATWORK_TOKEN, *, is_base64: bool = False) -> Json:
    """A request of Chatwork."""
    headers = {"Content-Type": "application/json", "x-chatworkwebhooksignature": chatwork_signature(body, token)}
    return proxied(body, headers, is_base64=is_base64)


def said(body: str = "/norikae status", *, sent: Any = NOW, kind: str = "message_created", **differs: Any) -> bytes:
    """What Chatwork says about a message."""
    account = {"from_account_id": 1484814, "to_account_id": 77} if kind == "mention_to_me" else {"account_id": 1484814}
    message = {"message_id": "984676321621704704", "room_id": 36818150, **account, "body": body}
    event = {**message, "send_time": NOW, "update_time": 0, **differs}
    setting = {"webhook_setting_id": "246", "webhook_event_type": kind, "webhook_event_time": sent}
    return json.dumps({**setting, "webhook_event": event}, ensure_ascii=False).encode()
