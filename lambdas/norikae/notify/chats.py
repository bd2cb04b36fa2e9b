"""The chats as the one thing that notifications need of them: a card that stands somewhere, and is changed there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from norikae.notify.chatwork_form import to_chatwork
from norikae.notify.slack_form import to_slack

if TYPE_CHECKING:
    from norikae.chat.ports import Chatwork, Posted, Slack
    from norikae.notify.card import Card
    from norikae.notify.kind import Language
    from norikae.notify.places import Place
    from norikae.ports import Ports


class Wall(Protocol):
    """One channel or room.

    Args:
        place: which.
        threads: whether a message may hang below another one.
    """

    place: Place
    threads: bool

    def form(self, card: Card) -> Any:  # noqa: ANN401 - each chat has a form of its own
        """A card as this chat wants it."""

    def post(self, form: Any, thread: str, *, loud: bool) -> Posted:  # noqa: ANN401 - as above
        """A new message; ``thread`` is the id of the one above it, or "", and ``loud`` is for what waits for people."""

    def change(self, posted: Posted, form: Any) -> None:  # noqa: ANN401 - as above
        """The same message says something else."""


class SlackWall:
    """A channel of Slack."""

    threads = True

    def __init__(self, slack: Slack, place: Place, language: Language) -> None:
        self.place, self._slack, self._language = place, slack, language

    def form(self, card: Card) -> tuple[str, list[dict[str, Any]]]:
        """Text and blocks."""
        return to_slack(card, self._language)

    def post(self, form: tuple[str, list[dict[str, Any]]], thread: str, *, loud: bool) -> Posted:
        """``chat.postMessage``; a reply alerts only who follows its thread, so what is loud is in the channel, too."""
        return self._slack.post(self.place.id, *form, thread=thread, loud=loud)

    def change(self, posted: Posted, form: tuple[str, list[dict[str, Any]]]) -> None:
        """``chat.update``."""
        self._slack.update(posted, *form)


class ChatworkWall:
    """A room of Chatwork."""

    threads = False

    def __init__(self, chatwork: Chatwork, place: Place, language: Language) -> None:
        self.place, self._chatwork, self._language = place, chatwork, language

    def form(self, card: Card) -> str:
        """The body."""
        return to_chatwork(card, self._language)

    def post(self, form: str, _thread: str, *, loud: bool) -> Posted:
        """A new message; Chatwork has no threads, and everybody in a room sees everything."""
        del loud
        return self._chatwork.post(self.place.id, form)

    def change(self, posted: Posted, form: str) -> None:
        """The message with another body."""
        self._chatwork.edit(posted, form)


def wall_of(ports: Ports, place: Place) -> Wall:
    """The chat of a place; it is reached only when something is said there."""
    language = ports.environment.notify.language
    if place.chat == "slack":
        return SlackWall(ports.slack, place, language)
    return ChatworkWall(ports.chatwork, place, language)


def digest(form: object) -> str:
    """A hash of what a message says."""
    return hashlib.sha256(msgspec.json.encode(form)).hexdigest()[:32]
