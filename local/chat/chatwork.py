"""Chatwork as an account's program sees it: API v2, which takes its messages, and webhooks, which tell it of others'.

Source: Chatwork's API documentation, "Endpoints" and "rooms/messages": token, forms, errors, 300 requests in 5 minutes,
10 messages and tasks in 10 seconds and room. Only the text of the refusal of a wrong token is documented.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from local.aws.loopback import HttpAnswer
from local.chat import chatwork_webhook
from local.chat.chatwork_tags import notified
from local.chat.conversation import Line
from local.chat.pace import Quota, Sliding
from local.chat.sending import Asked, post

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from local.aws.loopback import HttpRequest
    from local.chat.chatwork_webhook import Event, Webhook
    from local.chat.conversation import Conversation, How
    from local.chat.sending import Send, Sent
    from local.kernel import Kernel, Steps

NAMES = ("api.chatwork.com",)
"""The names under which Chatwork is called."""
REQUESTS, REQUESTS_SECONDS = 300, 300.0
POSTS, POSTS_SECONDS = 10, 10.0
MOST_BODY = 65_535
"""Characters of a message; not documented, posts of 40,000 are taken and of 80,000 are not."""
LATENCY = 0.12
"""Seconds that a call costs its caller."""
_PATH = re.compile(r"/v2/rooms/(\d+)/messages(?:/(\d+))?")
_FORM = "application/x-www-form-urlencoded"
_FIRST_ID = 2_030_000_000_000_000_000
_ID_STEP = 65_536


@dataclass(frozen=True, slots=True)
class Room:
    """A room.

    Args:
        id: of it.
        name: of it.
        members: ids of accounts.
    """

    id: str
    name: str
    members: frozenset[str]


@dataclass(slots=True)
class Posted:
    """A message that stands in a room.

    Args:
        room: its id.
        id: of the message.
        account: who wrote it.
        body: what it says, with its tags.
        sent: when, in seconds since the epoch.
        updated: when it was last changed; 0 for never.
    """

    room: str
    id: str
    account: str
    body: str
    sent: float
    updated: float = 0


@dataclass(slots=True)
class _RefusedError(Exception):
    status: int
    text: str


class Chatwork:
    """Accounts, rooms and webhooks.

    Args:
        kernel: the world's clock.
        conversation: where everything that is said appears.
        send: makes requests to webhooks.
    """

    def __init__(self, kernel: Kernel, conversation: Conversation, send: Send) -> None:
        self.accounts: dict[str, str] = {}
        """Names by id."""
        self.tokens: dict[str, str] = {}
        """Accounts by the token of their program."""
        self.rooms: dict[str, Room] = {}
        self.messages: dict[tuple[str, str], Posted] = {}
        """By room and id."""
        self.webhooks: list[Webhook] = []
        self.asked: list[Asked] = []
        self.sent: list[Sent] = []
        self.faults: list[Callable[[HttpRequest], HttpAnswer | None]] = []
        """Asked before each request; the first that answers decides."""
        self._kernel, self._conversation, self._send = kernel, conversation, send
        self._quotas: dict[str, Quota] = {}
        self._paces: dict[str, Sliding] = {}

    def open_room(self, room: str, name: str, members: Collection[str]) -> None:
        """A room exists.

        Args:
            room: its id.
            name: of it.
            members: ids of accounts.
        """
        self.rooms[room] = Room(room, name, frozenset(members))

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """What Chatwork answers to a request of a program; under the world's lock."""
        self._kernel.elapse(LATENCY)
        faulty = next((one for one in (fault(request) for fault in self.faults) if one is not None), None)
        answer = faulty or self._api(request)
        target = f"{request.method} {NAMES[0]}{request.target}"
        self.asked.append(Asked(self._kernel.now(), target, request.body, answer.status, answer.body))
        return answer

    def write(self, room: str, account: str, body: str) -> Posted:
        """Somebody writes a message; webhooks are told.

        Args:
            room: the id of the room.
            account: the id of who writes.
            body: what it says, with its tags.
        """
        number = _FIRST_ID + len(self.messages) * _ID_STEP
        message = Posted(room, str(number), account, body, self._kernel.now())
        self.messages[room, message.id] = message
        self._appears(message, "says")
        self._tell("message_created", message)
        self._tell("mention_to_me", message)
        return message

    def rewrite(self, message: Posted, body: str) -> None:
        """Whoever wrote a message changes it; webhooks are told.

        Args:
            message: which.
            body: what it says from now on.
        """
        message.body, message.updated = body, self._kernel.now()
        self._appears(message, "edits")
        self._tell("message_updated", message)

    def called_by(self, message: Posted) -> frozenset[str]:
        """The accounts whom a message calls."""
        return notified(message.body, self.rooms[message.room].members)

    def _appears(self, message: Posted, how: How) -> None:
        room, name = self.rooms[message.room], self.accounts.get(message.account, message.account)
        now = self._kernel.now()
        line = Line(now, "chatwork", room.id, room.name, name, message.body, how, message=message.id)
        self._conversation.add(line)

    def _tell(self, event: Event, message: Posted) -> None:
        later = self._kernel.seconds() - self._kernel.env.now
        for webhook in self.webhooks:
            if self._is_told(webhook, event, message):
                body = chatwork_webhook.body(webhook, event, message, self._kernel.now())
                self._kernel.after(later, partial(self._start, webhook, body))

    def _start(self, webhook: Webhook, body: bytes) -> None:
        self._kernel.process(self._post(webhook, body))

    def _is_told(self, webhook: Webhook, event: Event, message: Posted) -> bool:
        if event not in webhook.events or webhook.account not in self.rooms[message.room].members:
            return False
        if event == "mention_to_me":
            return webhook.account in self.called_by(message) - {message.account}
        return message.room == webhook.room

    def _post(self, webhook: Webhook, body: bytes) -> Steps:
        if not webhook.enabled:
            return
        url, headers = chatwork_webhook.request(webhook, body)
        sent: Sent = yield from post(self._kernel, self._send, url, headers, body, chatwork_webhook.LIMIT_SECONDS)
        self.sent.append(sent)
        webhook.told(accepted=sent.accepted)

    def _api(self, request: HttpRequest) -> HttpAnswer:
        account = self.tokens.get(request.headers.get("x-chatworktoken", ""), "")
        if not account:
            return _answered({"errors": ["Invalid API token"]}, 401)
        quota = self._quotas.setdefault(account, Quota(self._kernel.now, most=REQUESTS, seconds=REQUESTS_SECONDS))
        try:
            if not quota.take():
                raise _RefusedError(429, "Rate limit exceeded")  # noqa: TRY301 - one way to refuse
            body, status = {"message_id": self._take(request, account)}, 200
        except _RefusedError as refused:
            body, status = {"errors": [refused.text]}, refused.status  # type: ignore[dict-item] # either is JSON
        answer = _answered(body, status)
        answer.headers |= {"x-ratelimit-limit": str(quota.most), "x-ratelimit-remaining": str(quota.left)}
        answer.headers["x-ratelimit-reset"] = str(quota.resets_at)
        return answer

    def _take(self, request: HttpRequest, account: str) -> str:
        found = _PATH.fullmatch(request.target.partition("?")[0])
        room = self.rooms.get(found[1]) if found else None
        if found is None or room is None or request.method != ("PUT" if found[2] else "POST"):
            raise _RefusedError(404, "Not Found")
        if account not in room.members:
            raise _RefusedError(403, "You don't have permission to send messages in this chat room.")
        if not found[2]:
            return self._create(request, room.id, account)
        message = self.messages.get((room.id, found[2]))
        if message is None:
            raise _RefusedError(404, "Not Found")
        if message.account != account:
            raise _RefusedError(403, "You don't have permission to edit this message.")
        self.rewrite(message, _body(request))
        return message.id

    def _create(self, request: HttpRequest, room: str, account: str) -> str:
        body = _body(request)
        pace = self._paces.setdefault(room, Sliding(self._kernel.now, most=POSTS, seconds=POSTS_SECONDS))
        if pace.take():
            raise _RefusedError(429, "Rate limit for message posting per room exceeded.")
        return self.write(room, account, body).id


def _body(request: HttpRequest) -> str:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise _RefusedError(400, "Content-Type must be application/x-www-form-urlencoded")
    fields = parse_qs(request.body.decode(errors="replace"))
    if set(fields) - {"body", "self_unread"}:
        raise _RefusedError(400, f"Unknown parameter '{min(set(fields) - {'body', 'self_unread'})}'")
    if set(fields.get("self_unread", ())) - {"0", "1"}:
        raise _RefusedError(400, "Invalid value of 'self_unread'")
    body = fields.get("body", [""])[0]
    if not body:
        raise _RefusedError(400, "Parameter 'body' is required")
    if len(body) > MOST_BODY:
        raise _RefusedError(400, "Parameter 'body' is too long")
    return body


def _answered(body: dict[str, Any], status: int) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
