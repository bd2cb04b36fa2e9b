"""The URLs at which an app may answer what a person has typed or pressed: five times, for half an hour.

Source: Slack's documentation, "Handling user interaction" (message responses).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from local.aws.loopback import HttpAnswer
from local.chat.slack_wire import RefusedError, blocks_of, read, text_of

if TYPE_CHECKING:
    from local.aws.loopback import HttpRequest
    from local.chat.slack import Slack
    from local.chat.slack_wire import Json
    from local.kernel import Kernel

HOST = "hooks.slack.com"
MOST_USES, LIFE_SECONDS = 5, 1800.0
Kind = Literal["commands", "actions"]


@dataclass(slots=True)
class Hook:
    """One such URL.

    Args:
        channel: where its answers appear.
        user: who alone sees them, unless they are for all.
        message: whose button was pressed, by its ``ts``; "" for a slash command.
        born: when, in seconds since the epoch.
        uses: how often it was used.
    """

    channel: str
    user: str
    message: str
    born: float
    uses: int = 0


class Hooks:
    """All such URLs of a workspace.

    Args:
        kernel: the world's clock.
        slack: where the answers appear.
    """

    def __init__(self, kernel: Kernel, slack: Slack) -> None:
        self._kernel, self._slack = kernel, slack
        self.by_path: dict[str, Hook] = {}

    def open(self, kind: Kind, channel: str, user: str, message: str = "") -> str:
        """A new URL.

        Args:
            kind: for a command or for a button.
            channel: where its answers appear.
            user: who alone sees them.
            message: whose button was pressed, by its ``ts``.
        """
        draw = self._kernel.stream("slack/hooks")
        team = self._slack.app.team if self._slack.app else ""
        path = f"/{kind}/{team}/{draw.randrange(10**12, 10**13)}/{draw.randbytes(12).hex()}"
        self.by_path[path] = Hook(channel, user, message, self._kernel.now())
        return f"https://{HOST}{path}"

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """What such a URL answers; the words for what is over are not documented and seen in practice."""
        hook = self.by_path.get(request.target.partition("?")[0])
        if hook is None or request.method != "POST":
            return RefusedError("no_service").answer(404)
        if self._kernel.now() - hook.born > LIFE_SECONDS:
            return RefusedError("expired_url").answer(404)
        if hook.uses >= MOST_USES:
            return RefusedError("used_url").answer(404)
        hook.uses += 1
        try:
            self._say(hook, read(request))
        except RefusedError as refused:
            return refused.answer(400)
        return HttpAnswer(200, b"ok", {"Content-Type": "text/html"})

    def _say(self, hook: Hook, asked: Json) -> None:
        if self._slack.app is None:
            raise RefusedError("no_service")
        original = self._slack.messages.get((hook.channel, hook.message))
        if asked.get("delete_original") and original:
            self._slack.remove(original)
            return
        blocks = blocks_of(asked)
        text = text_of(asked, blocks) or ""
        if asked.get("replace_original") and original:
            self._slack.change(original, text, blocks or [])
            return
        to = "" if asked.get("response_type") == "in_channel" else hook.user
        thread = str(asked.get("thread_ts") or "")
        said = self._slack.keep(hook.channel, self._slack.app.user, text, blocks or [], thread=thread, to=to)
        hook.message = hook.message or said.ts
