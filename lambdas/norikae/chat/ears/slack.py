"""Slack's requests: a slash command is a form, a pressed button is JSON in a form.

Slack signs ``v0:<time>:<body>`` with the app's signing secret (Slack, "Verifying requests from Slack").
"""

from __future__ import annotations

import json
import re

from norikae.chat.ears.fields import parse, part, text
from norikae.chat.ears.signature import code, is_near, same

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from norikae.chat.ears.port import Answer, Json
    from norikae.chat.ears.request import Request

DOOR, FIELD = "slack", "signing_key"
COMMAND = "/norikae"
SHOWN = 200
"""How many characters of a line are said back."""
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)


def doubt(request: Request, now: float) -> str:
    """Why it cannot be Slack's, seen without the key: no signature, no time, or not of now."""
    if not _SIGNATURE.fullmatch(_signature(request)):
        return "no signature"
    if not _TIME.fullmatch(_time(request)):
        return "no time"
    return "" if is_near(int(_time(request)), now) else "not of now"


def key(written: str) -> bytes:
    """The signing secret is used as it is written."""
    return written.strip().encode()


def is_signed(request: Request, key: bytes) -> bool:
    """Whether the signature is of these bytes and this time."""
    if not key:
        return False
    signed = b"v0:" + _time(request).encode() + b":" + request.body
    return same("v0=" + code(key, signed).hex(), _signature(request))


def is_late(_request: Request, _now: float) -> bool:
    """Never: the time is in a header, so it was looked at before."""
    return False


def letter(request: Request) -> Json | None:
    """A command or a pressed button; None for Slack's look at our certificate, and for anything else."""
    form = _form(request.body)
    found = _button(form["payload"]) if "payload" in form else _command(form)
    if found is None:
        return None
    return {**found, "door": DOOR, "at": float(_time(request)), "key": found["key"] or _signature(request)}


def answer(letter: Json | None) -> Answer:
    """A command is said back to its sender alone; a button's message will change by itself."""
    if letter is None or letter["kind"] == "button":
        return {"statusCode": 200, "body": ""}
    heard = f"Heard / 受け付けました: {_shown(letter['text'])}"
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json; charset=utf-8"},
        "body": json.dumps({"response_type": "ephemeral", "text": heard}),
    }


def _signature(request: Request) -> str:
    return request.header("x-slack-signature")


def _time(request: Request) -> str:
    return request.header("x-slack-request-timestamp")


def _form(body: bytes) -> dict[str, str]:
    """Each field of a form, the first of several; nothing of what is no form."""
    from urllib.parse import parse_qsl  # noqa: PLC0415 - only a proven request is taken apart

    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _command(form: dict[str, str]) -> Json | None:
    """A slash command (Slack, "Slash commands"); ``ssl_check=1`` is Slack's look at our certificate."""
    if form.get("ssl_check") == "1" or not _is_ours(form.get("command", "")):
        return None
    found = {
        "kind": "command",
        "id": _who(form.get("team_id", ""), form.get("user_id", "")),
        "place": form.get("channel_id", ""),
        "name": form.get("user_name", ""),
        "text": form.get("text", "").strip(),
        "key": form.get("trigger_id", ""),
        "answer_to": form.get("response_url", ""),
        "message": "",
    }
    return found if found["id"] and found["place"] else None


def _is_ours(command: str) -> bool:
    """A workspace has each command once, so a second environment's is ``/norikae-…``."""
    return command == COMMAND or command.startswith(f"{COMMAND}-")


def _button(written: str) -> Json | None:
    """The first action of a ``block_actions`` payload (Slack, "block_actions payloads")."""
    payload = parse(written)
    if payload.get("type") != "block_actions":
        return None
    user, container = part(payload, "user"), part(payload, "container")
    found = {
        "kind": "button",
        "id": _who(_team_of(user, part(payload, "team")), text(user, "id")),
        "place": text(part(payload, "channel"), "id") or text(container, "channel_id"),
        "name": text(user, "username") or text(user, "name"),
        "text": text(_first(payload.get("actions")), "value").strip(),
        "key": text(payload, "trigger_id"),
        "answer_to": text(payload, "response_url"),
        "message": text(part(payload, "message"), "ts") or text(container, "message_ts"),
    }
    return found if found["text"] and found["id"] and found["place"] else None


def _team_of(user: Json, team: Json) -> str:
    """The workspace whose id the user's is: ids of users are unique within one, and a shared channel has several.

    The payload's team is where the button is; that of a user may be the organisation to which that workspace belongs.
    """
    home, here = text(user, "team_id"), text(team, "id")
    return here or home if home in ("", here, text(team, "enterprise_id")) else home


def _who(team: str, user: str) -> str:
    return f"{team}/{user}" if team and user else ""


def _first(actions: object) -> Json:
    return actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}


def _shown(line: str) -> str:
    """A line as Slack shows it and nobody is mentioned by it (Slack, "Formatting text": three characters)."""
    short = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") or "help"
