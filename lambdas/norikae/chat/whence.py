"""Whether a letter comes from where people of this environment talk to norikae: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from norikae.chat.letter import ChatLetter
    from norikae.environment.notify import Notify

Whence = Literal["here", "elsewhere", "ourselves"]


def whence(notify: Notify, letter: ChatLetter) -> Whence:
    """Where a letter comes from, by the environment file: no place is known unless it is named there.

    A button is one of norikae's own messages, so it counts wherever such messages go; a line counts only where the file
    says that commands are taken. Who may say it is another question, and ``norikae.commands`` answers it.

    Args:
        notify: that part of the environment file.
        letter: from a chat.
    """
    routes = notify.routes if letter.kind == "button" else ()
    if letter.door == "slack":
        slack = notify.slack
        if slack is None or letter.id.partition("/")[0] != slack.team:
            return "elsewhere"
        return _where(letter.place, {slack.channel, *slack.commands, *(one.slack for one in routes)})
    chatwork = notify.chatwork
    if chatwork is None:
        return "elsewhere"
    if letter.id == chatwork.account:
        return "ourselves"
    return _where(letter.place, {chatwork.room, *chatwork.commands, *(one.chatwork for one in routes)})


def _where(place: str, known: set[str]) -> Whence:
    return "here" if place and place in known else "elsewhere"
