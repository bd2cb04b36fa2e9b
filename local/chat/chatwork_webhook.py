"""The requests that Chatwork makes to a webhook: bodies, signatures, and what becomes of a webhook that fails.

Sources: Chatwork's documentation, "Webhook": no request is made again, and a webhook whose rate of errors is high is
disabled; how high is not said, nor how long Chatwork waits. Its page for a new webhook, as kawax/botman-chatwork and
Biztex describe it: either the account event or the events of the one room whose number is entered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

if TYPE_CHECKING:
    from random import Random

    from local.chat.chatwork import Posted

Event = Literal["message_created", "message_updated", "mention_to_me"]
MENTION: frozenset[Event] = frozenset({"mention_to_me"})
AGENT = "ChatWork-Webhook/1.0.0"
LIMIT_SECONDS = 5.0
LOOKED_AT, FEWEST, MOST_FAILED = 20, 10, 0.5
"""Of the last so many requests, if there were this many, a greater share may not fail."""
_TOKEN_BYTES = 32


@dataclass(slots=True)
class Webhook:
    """One webhook of one account.

    Args:
        setting: its number.
        account: whose it is.
        url: where requests go.
        token: Base64 of the key with which they are signed.
        room: the one whose messages it is told of; "" for an account event, which is of all of the account's rooms.
        events: what it is told about: of a room, or ``mention_to_me`` alone.
        enabled: whether it is still told anything.
        lately: whether the last requests were accepted.
    """

    setting: str
    account: str
    url: str
    token: str = field(repr=False)
    room: str = ""
    events: frozenset[Event] = MENTION
    enabled: bool = True
    lately: deque[bool] = field(default_factory=lambda: deque(maxlen=LOOKED_AT))

    def __post_init__(self) -> None:
        """It is one that a person can make.

        Raises:
            ValueError: Chatwork's page has no such choice.
        """
        of_rooms = bool(self.events) and not self.events & MENTION
        if of_rooms != bool(self.room) or not (of_rooms or self.events == MENTION):
            raise ValueError(f"webhook {self.setting}: either events of one room, or mention_to_me without a room")

    def told(self, *, accepted: bool) -> None:
        """A request was made; too many failures disable the webhook until a person enables it again."""
        self.lately.append(accepted)
        failed = self.lately.count(False)
        if len(self.lately) >= FEWEST and failed > MOST_FAILED * len(self.lately):
            self.enabled = False

    @property
    def signed_url(self) -> str:
        """The URL before the signature that each request adds to it."""
        return f"{self.url}{'&' if '?' in self.url else '?'}chatwork_webhook_signature="


def drawn_token(draw: Random) -> str:
    """A token as Chatwork shows it to whoever sets a webhook up."""
    return base64.b64encode(draw.randbytes(_TOKEN_BYTES)).decode()


def signature(token: str, body: bytes) -> str:
    """The value of ``x-chatworkwebhooksignature``.

    Args:
        token: of the webhook.
        body: as it is sent.
    """
    return base64.b64encode(hmac.new(base64.b64decode(token), body, hashlib.sha256).digest()).decode()


def request(webhook: Webhook, body: bytes) -> tuple[str, dict[str, str]]:
    """URL and headers of a request.

    Args:
        webhook: who gets it.
        body: as it is sent.
    """
    signed = signature(webhook.token, body)
    headers = {"content-type": "application/json", "user-agent": AGENT, "x-chatworkwebhooksignature": signed}
    return webhook.signed_url + quote(signed, safe=""), headers


def body(webhook: Webhook, event: Event, message: Posted, now: float) -> bytes:
    """The body of a request.

    Args:
        webhook: who gets it.
        event: what happened.
        message: to which message.
        now: when, in seconds since the epoch.
    """
    times = {"send_time": int(message.sent), "update_time": int(message.updated)}
    if event == "mention_to_me":
        told: dict[str, Any] = {
            "from_account_id": int(message.account),
            "to_account_id": int(webhook.account),
            "room_id": int(message.room),
            "message_id": message.id,
            "body": message.body,
            **times,
        }
    else:
        told = {"message_id": message.id, "room_id": int(message.room), "account_id": int(message.account)}
        told |= {"body": message.body, **times}
    whole = {
        "webhook_setting_id": webhook.setting,
        "webhook_event_type": event,
        "webhook_event_time": int(now),
        "webhook_event": told,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
