"""Chatwork's webhooks: JSON whose bytes are signed, and whose time is inside.

The signature is base64 of HMAC-SHA256 with the webhook's token, which is base64 itself (Chatwork, "Webhook"). Failed
posts are not sent again, and too many of them switch the webhook off; so whatever is Chatwork's is answered with 200.
"""

from __future__ import annotations

import base64
import re

from norikae.chat.ears.fields import parse, part, text
from norikae.chat.ears.signature import code, is_near, same

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from norikae.chat.ears.port import Answer, Json
    from norikae.chat.ears.request import Request

DOOR, FIELD = "chatwork", "webhook_token"
COMMAND = "/norikae"
ACCOUNTS = {"message_created": "account_id", "mention_to_me": "from_account_id"}
"""Events that are heard, and where each has who said it; an edited message is not said again."""
LONGEST = 10**24
"""No id has more digits."""
_NUMBER = re.compile(r"[0-9]{1,24}", re.ASCII)
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_ADDRESS = re.compile(r"\[(?:To:[0-9]+|toall|rp aid=[0-9]+)")
"""How a line begins that says whom a message is for (Chatwork, "Message notation")."""


def doubt(request: Request, _now: float) -> str:
    """Why it cannot be Chatwork's, seen without the key: it has no signature."""
    return "" if _SIGNATURE.fullmatch(_signature(request)) else "no signature"


def key(written: str) -> bytes:
    """The token's bytes; none of what is no base64."""
    try:
        return base64.b64decode(written.strip().encode(), validate=True)
    except ValueError:
        return b""


def is_signed(request: Request, key: bytes) -> bool:
    """Whether the signature is of these bytes."""
    return bool(key) and same(base64.b64encode(code(key, request.body)).decode(), _signature(request))


def is_late(request: Request, now: float) -> bool:
    """Whether the signed body is not of now, or does not say when it is of."""
    sent = _time(request)
    return sent is None or not is_near(sent, now)


def letter(request: Request) -> Json | None:
    """The command with which a message begins; None for every other message and event."""
    payload = parse(request.body)
    account = ACCOUNTS.get(text(payload, "webhook_event_type"))
    event = part(payload, "webhook_event")
    line, sent = _line(text(event, "body")), _time(request)
    if account is None or line is None or sent is None:
        return None
    found = {
        "door": DOOR,
        "kind": "command",
        "id": _number(event, account),
        "place": _number(event, "room_id"),
        "name": "",
        "text": line,
        "key": _number(event, "message_id"),
        "at": float(sent),
        "answer_to": _number(event, "message_id"),
        "message": "",
    }
    return found if found["id"] and found["place"] and found["key"] else None


def answer(_letter: Json | None) -> Answer:
    """Nothing: Chatwork shows no answer."""
    return {"statusCode": 200, "body": ""}


def _signature(request: Request) -> str:
    """From the header; Chatwork puts the same into the query string, and a proxy may have taken the header away."""
    return request.header("x-chatworkwebhooksignature") or request.query("chatwork_webhook_signature")


def _time(request: Request) -> float | None:
    sent = parse(request.body).get("webhook_event_time")
    return sent if type(sent) in {int, float} else None


def _line(message: str) -> str | None:
    """What follows ``/norikae`` in the first line below the address; None when that line is no command.

    Only the first, because what somebody quotes further down is not what they say. And only below, because beside the
    address stands a name, and people choose their names: an answer to somebody called ``/norikae abort`` is none.
    """
    for line in message.replace("\r", "\n").split("\n"):
        word, *rest = line.split(maxsplit=1) or [""]  # a Japanese keyboard's wide blank parts words, too
        if word == COMMAND:
            return "".join(rest).strip()
        if word and not _ADDRESS.match(line.strip()):
            return None
    return None


def _number(of: Json, name: str) -> str:
    """An id, which Chatwork writes as a number or as a text; "" when it is neither."""
    value = of.get(name)
    written = str(value) if type(value) is int and 0 < value < LONGEST else value
    return written if isinstance(written, str) and _NUMBER.fullmatch(written) else ""
