"""The chats and what norikae remembers of them."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A message that stands in a chat.

    Args:
        place: channel or room.
        message: its id there: Slack's ``ts``, Chatwork's ``message_id``.
    """

    place: str
    message: str


class Slack(Protocol):
    """Slack's Web API; its errors are ours, a RefusedError with Slack's own word."""

    def post(
        self, channel: str, text: str, blocks: list[dict[str, Any]], *, thread: str = "", loud: bool = False
    ) -> Posted:
        """``chat.postMessage``; ``text`` is what notifications show, and ``loud`` shows a reply in the channel, too."""

    def update(self, posted: Posted, text: str, blocks: list[dict[str, Any]]) -> None:
        """``chat.update``."""

    def respond(self, url: str, text: str, *, replace: bool = False) -> None:
        """Answer a slash command or a button, seen by its sender only; RefusedError for a URL that is not Slack's."""


class Chatwork(Protocol):
    """Chatwork's API v2, with its errors as ours; a 429 is a ThrottledError."""

    def post(self, room: str, body: str) -> Posted:
        """A new message."""

    def edit(self, posted: Posted, body: str) -> None:
        """The same message with another body."""


class Thread(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``THREAD``: what stands in a place of a chat about one thing: a run, an episode, a question.

    Defaults are not written, so that a field which a later release adds makes no item another one than was read.

    Args:
        posted: the message that is updated; None while none was sent for certain.
        body: a hash of what it says, so that the same is not sent again.
        state: what it was made from, to add to it.
        at: when it was last written, in seconds since the epoch.
    """

    posted: Posted | None = None
    body: str = ""
    state: dict[str, Any] = {}
    at: float = 0.0


class Threads(Protocol):
    """What stands in chats, in the table; forgotten after weeks."""

    def read(self, key: str) -> Thread | None:
        """By ``<door>/<place>/<thing>``."""

    def write(self, key: str, thread: Thread, *, instead_of: Thread | None) -> None:
        """Write it if what is there still is what was read; ConflictError otherwise."""


class Seen(Protocol):
    """Requests and messages that were taken already, in the table; forgotten when they could not be taken any more."""

    def first(self, key: str, keep_seconds: int, *, by: str = "") -> bool:
        """Whether nobody else has taken it yet; it is taken now.

        ``by`` is whose copy it is, such as the queue's id of a message: whoever took it and broke off before it was
        settled is first once more, and every other copy is not. Without it, nobody is first twice.
        """

    def settle(self, key: str, keep_seconds: int) -> None:
        """It is carried out, and nobody is first with it any more."""

    def forget(self, key: str) -> None:
        """It was not carried out after all, and may come again."""
