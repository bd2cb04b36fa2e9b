"""Where a message goes: where everything goes, and where routes say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from norikae.environment import Notify, Route
    from norikae.notify.message import Message

Chat = Literal["slack", "chatwork"]


class Place(NamedTuple):
    """A channel or a room."""

    chat: Chat
    id: str


def places_of(message: Message, notify: Notify, teams: Callable[[], frozenset[str]]) -> tuple[Place, ...]:
    """The places that a message goes to, each once.

    Args:
        message: the message.
        notify: what the environment file says.
        teams: the teams of the applications that it is about; asked only if a route names a team.
    """
    routes = [route for route in notify.routes if _is_meant(route, message, teams)]
    everywhere = () if any(route.only for route in routes) else _everything(notify)
    routed = [place for route in routes for place in _named(route.slack, route.chatwork)]
    return tuple(place for place in dict.fromkeys((*everywhere, *routed)) if _is_there(place, notify))


def all_places(notify: Notify) -> tuple[Place, ...]:
    """Every place that any message may go to."""
    routed = [place for route in notify.routes for place in _named(route.slack, route.chatwork)]
    return tuple(place for place in dict.fromkeys((*_everything(notify), *routed)) if _is_there(place, notify))


def is_muted(message: Message, notify: Notify) -> bool:
    """Whether chats do not show it; only what needs nobody can be muted."""
    return message.severity == "info" and message.event in notify.mute


def covers(pattern: str, event: str) -> bool:
    """Whether an event has a name, or the beginning before a ``*``."""
    return event.startswith(pattern[:-1]) if pattern.endswith("*") else event == pattern


def _is_meant(route: Route, message: Message, teams: Callable[[], frozenset[str]]) -> bool:
    if route.events and not any(covers(pattern, message.event) for pattern in route.events):
        return False
    return not route.team or route.team in teams()


def _everything(notify: Notify) -> tuple[Place, ...]:
    return _named(notify.slack.channel if notify.slack else "", notify.chatwork.room if notify.chatwork else "")


def _named(slack: str, chatwork: str) -> tuple[Place, ...]:
    return (*([Place("slack", slack)] if slack else []), *([Place("chatwork", chatwork)] if chatwork else []))


def _is_there(place: Place, notify: Notify) -> bool:
    """A chat without a secret cannot be written to; synth refuses such a route."""
    return (notify.slack if place.chat == "slack" else notify.chatwork) is not None
