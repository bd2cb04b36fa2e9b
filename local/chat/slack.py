"""Slack as an app sees it: the Web API that takes its messages, and the people whose words and buttons it is sent.

Sources: Slack's documentation of ``chat.postMessage``, ``chat.update``, "Rate limits" and "Handling user interaction";
what is no contract of Slack's is said where it is. It is stricter than Slack: a message of more than 40,000 characters
is refused where Slack cuts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.chat import slack_blocks, slack_hooks, slack_requests
from local.chat.conversation import Line
from local.chat.pace import Bucket, Sliding
from local.chat.sending import Asked, post
from local.chat.slack_app import App, Channel, Message
from local.chat.slack_hooks import Hooks
from local.chat.slack_wire import (
    RefusedError,
    answered,
    blocks_of,
    in_time,
    read,
    refuse_long_update,
    said_at_once,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from local.aws.loopback import HttpAnswer, HttpRequest
    from local.chat.conversation import Button, Conversation, How
    from local.chat.sending import Send, Sent
    from local.kernel import Kernel, Steps

Json = dict[str, Any]
API = "slack.com"
NAMES = (API, slack_hooks.HOST)
"""The names under which Slack is called."""
BURST, EVERY_SECONDS = 4, 1.0
"""One message a second and channel, and a few at once; how few Slack does not say."""
UPDATES, UPDATES_SECONDS = 50, 60.0
"""Tier 3 of the rate limits."""
LATENCY = 0.12
"""Seconds that a call costs its caller."""
SLACKBOT = "Slackbot"
_TROUBLES = {"timeout": "operation_timeout", "unreachable": "dispatch_failed"}


class Slack:
    """One workspace with at most one app.

    Args:
        kernel: the world's clock.
        conversation: where everything that is said appears.
        send: makes requests to the app.
    """

    def __init__(self, kernel: Kernel, conversation: Conversation, send: Send) -> None:
        self.app: App | None = None
        self.users: dict[str, str] = {}
        """Names by id."""
        self.channels: dict[str, Channel] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        """By channel and ``ts``, also those that one person sees."""
        self.asked: list[Asked] = []
        self.sent: list[Sent] = []
        self.faults: list[Callable[[HttpRequest], HttpAnswer | None]] = []
        """Asked before each request; the first that answers decides."""
        self.hooks = Hooks(kernel, self)
        self._kernel, self._conversation, self._send = kernel, conversation, send
        self._paces: dict[str, Bucket] = {}
        self._updates = Sliding(kernel.now, most=UPDATES, seconds=UPDATES_SECONDS)
        self._last = (0, 0)

    def install(self, app: App) -> None:
        """The app is there from now on, and its user is in no channel yet."""
        self.app = app
        self.users[app.user] = app.name

    def open_channel(self, channel: str, name: str, members: Collection[str]) -> None:
        """A channel exists.

        Args:
            channel: its id.
            name: without the ``#``.
            members: ids of users; the app can write only where its user is one.
        """
        self.channels[channel] = Channel.of(channel, name, members)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """What Slack answers to a request of the app; under the world's lock."""
        self._kernel.elapse(LATENCY)
        host = request.headers.get("host", "").partition(":")[0].lower()
        faulty = next((one for one in (fault(request) for fault in self.faults) if one is not None), None)
        answer = faulty or (self.hooks.answer(request) if host == slack_hooks.HOST else self._web(request))
        target = f"{request.method} {host}{request.target}"
        self.asked.append(Asked(self._kernel.now(), target, request.body, answer.status, answer.body))
        return answer

    def said(self, message: Message, how: How = "says") -> None:
        """A message appears in the conversation."""
        channel, to = self.channels[message.channel], self.users.get(message.to, "")
        line = Line(
            self._kernel.now(),
            "slack",
            channel.id,
            f"#{channel.name}",
            self.users.get(message.user, message.user),
            message.read,
            "whispers" if to else how,
            slack_blocks.buttons(message.blocks),
            message.ts,
            message.thread,
            to,
        )
        self._conversation.add(line)

    def buttons_of(self, channel: str, ts: str) -> tuple[Button, ...]:
        """The buttons below a message as it is now; none when it is gone."""
        message = self.messages.get((channel, ts))
        return slack_blocks.buttons(message.blocks) if message else ()

    def keep(
        self, channel: str, user: str, text: str, blocks: list[Json], *, thread: str = "", to: str = ""
    ) -> Message:
        """A new message stands in a channel and appears.

        Args:
            channel: its id.
            user: who wrote it.
            text: of it.
            blocks: without mistakes.
            thread: below which message.
            to: the only user who sees it.
        """
        named = slack_blocks.with_ids(blocks, lambda: self._drawn(5))
        message = Message(channel, self._ts(), user, text, named, thread, to)
        self.messages[channel, message.ts] = message
        self.said(message)
        return message

    def change(self, message: Message, text: str | None, blocks: list[Json] | None) -> None:
        """Other words stand where a message was; a new text takes blocks away that are not named.

        Slack's reference of ``chat.update`` said once that such blocks stay, and says now that they go; an app had
        better name them.

        Args:
            message: which.
            text: of it; None when it stays.
            blocks: without mistakes; None when nothing is said about them.
        """
        message.text = message.text if text is None else text
        if blocks is not None or text is not None:
            message.blocks = slack_blocks.with_ids(blocks or [], lambda: self._drawn(5))
        message.edits += 1
        self.said(message, "edits")

    def remove(self, message: Message) -> None:
        """A message is gone."""
        del self.messages[message.channel, message.ts]

    def command(self, user: str, channel: str, text: str) -> Steps:
        """Somebody types ``/norikae`` and a text; returns what was ``Sent``.

        Args:
            user: the id of who does.
            channel: the id of where.
            text: what follows the command.
        """
        app = self._installed()
        self._typed(user, channel, f"/norikae {text}", "commands")
        keys = self.hooks.open("commands", channel, user), self._trigger()
        body = slack_requests.command(app, self.channels[channel], (user, self.users[user]), text, keys)
        sent: Sent = yield from self._post(app, body, user, channel, "/norikae failed with the error")
        text, to_all = said_at_once(sent.answer, sent.media) if sent.accepted else ("", False)
        if text:
            self.keep(channel, app.user, text, [], to="" if to_all else user)
        return sent

    def press(self, user: str, message: Message, button: Button) -> Steps:
        """Somebody presses a button; returns what was ``Sent``.

        What an app says in its answer to that is not shown (slackapi/bolt-js issue 132); response URLs are for it.

        Args:
            user: the id of who does.
            message: below which it is.
            button: which.

        Raises:
            LookupError: the message does not have it any more.
        """
        app, channel = self._installed(), message.channel
        keys = self.hooks.open("actions", channel, user, message.ts), self._trigger()
        action = button, f"{self._kernel.now():.6f}"
        body = slack_requests.press(app, self.channels[channel], (user, self.users[user]), message, action, keys)
        self._typed(user, channel, button.label, "presses", message.ts)
        return (yield from self._post(app, body, user, channel, "This button has not worked:"))

    def repeat(self, sent: Sent) -> Steps:
        """The same request once more, signed anew, as it would be if it were retried; returns what was ``Sent``."""
        app = self._installed()
        headers = slack_requests.again(app, sent.headers, sent.body, self._kernel.now())
        repeated = yield from post(self._kernel, self._send, sent.url, headers, sent.body, slack_requests.LIMIT_SECONDS)
        self.sent.append(repeated)
        return repeated

    def _post(self, app: App, body: bytes, user: str, channel: str, failed: str) -> Steps:
        headers = slack_requests.headers(app, body, self._kernel.now())
        sent: Sent = yield from post(self._kernel, self._send, app.url, headers, body, slack_requests.LIMIT_SECONDS)
        self.sent.append(sent)
        if not sent.accepted:
            kind = "http_client_error" if sent.status < 500 else "http_service_error"  # noqa: PLR2004 - the class of statuses
            self.users.setdefault("USLACKBOT", SLACKBOT)
            self.keep(channel, "USLACKBOT", f'{failed} "{_TROUBLES.get(sent.trouble, kind)}"', [], to=user)
        return sent

    def _web(self, request: HttpRequest) -> HttpAnswer:
        method = request.target.partition("?")[0].removeprefix("/api/")
        calls = {"chat.postMessage": self._post_message, "chat.update": self._update}
        try:
            self._authenticate(request)
            if request.method != "POST" or method not in calls:
                raise RefusedError("unknown_method", {"req_method": method})  # noqa: TRY301 - one way to refuse
            return answered({"ok": True, **calls[method](read(request))})
        except RefusedError as refused:
            return refused.answer(200)

    def _authenticate(self, request: HttpRequest) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise RefusedError("not_authed")
        if self.app is None or token != self.app.token:
            raise RefusedError("invalid_auth")

    def _post_message(self, asked: Json) -> Json:
        channel, app = self._channel(asked), self._installed()
        pace = self._paces.setdefault(channel.id, Bucket(self._kernel.now, burst=BURST, every=EVERY_SECONDS))
        in_time(pace.take())
        blocks = blocks_of(asked)
        text = text_of(asked, blocks) or ""
        thread = str(asked.get("thread_ts") or "")
        above = self.messages.get((channel.id, thread))
        if thread and (above is None or above.to):
            raise RefusedError("cannot_reply_to_message")
        message = self.keep(channel.id, app.user, text, blocks or [], thread=above.thread or thread if above else "")
        return {"channel": channel.id, "ts": message.ts, "message": {"text": text, "ts": message.ts, "bot_id": app.bot}}

    def _update(self, asked: Json) -> Json:
        channel, app = self._channel(asked), self._installed()
        in_time(self._updates.take())
        message = self.messages.get((channel.id, str(asked.get("ts") or "")))
        if message is None or message.to:
            raise RefusedError("message_not_found")
        if message.user != app.user:
            raise RefusedError("cant_update_message")
        blocks = blocks_of(asked)
        text = text_of(asked, blocks)
        refuse_long_update(text)
        self.change(message, text, blocks)
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def _channel(self, asked: Json) -> Channel:
        channel = self.channels.get(str(asked.get("channel") or ""))
        if channel is None:
            raise RefusedError("channel_not_found")
        if channel.archived:
            raise RefusedError("is_archived")
        if self._installed().user not in channel.members:
            raise RefusedError("not_in_channel")
        return channel

    def _installed(self) -> App:
        if self.app is None:
            raise LookupError("no app is installed in this workspace; install one first")
        return self.app

    def _typed(self, user: str, channel: str, text: str, how: How, message: str = "") -> None:
        where, name = self.channels[channel], self.users[user]
        to = name if how == "commands" else ""
        line = Line(self._kernel.now(), "slack", where.id, f"#{where.name}", name, text, how, message=message, to=to)
        self._conversation.add(line)

    def _ts(self) -> str:
        second, number = int(self._kernel.now()), self._last[1] + 1
        self._last = (second, number if second == self._last[0] else 1)
        return f"{second}.{self._last[1] * 100:06d}"

    def _trigger(self) -> str:
        draw = self._kernel.stream("slack/triggers")
        return f"{draw.randrange(10**12, 10**13)}.{draw.randrange(10**12, 10**13)}.{draw.randbytes(16).hex()}"

    def _drawn(self, length: int) -> str:
        return "".join(
            self._kernel.stream("slack/ids").choices("abcdefghijklmnopqrstuvwxyzABCDEFGH123456789", k=length)
        )
