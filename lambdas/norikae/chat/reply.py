"""An answer on its way back to whoever spoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.chat import markup
from norikae.chat.markup import Said
from norikae.errors import NorikaeError, RefusedError, ThrottledError

if TYPE_CHECKING:
    from norikae.chat.letter import ChatLetter
    from norikae.ports import Ports

ROOM_SECONDS = 10.0
"""A room of Chatwork takes ten messages in this time (developer.chatwork.com, "Limits")."""


def send(ports: Ports, letter: ChatLetter, said: Said, *, is_here: bool) -> None:
    """The answer is where its reader looks for it: in Slack for their eyes only, in Chatwork as a reply.

    Args:
        ports: the world.
        letter: what is answered.
        said: the answer.
        is_here: whether the letter comes from a place of ours; in any other one nothing is posted in Slack.

    Raises:
        NorikaeError: it could not be sent.
    """
    if letter.door == "slack":
        _to_slack(ports, letter, said, is_here=is_here)
    else:
        _to_chatwork(ports, letter, said)


def _to_slack(ports: Ports, letter: ChatLetter, said: Said, *, is_here: bool) -> None:
    """By the URL that came with the request, which Slack takes for half an hour; else where everybody reads it."""
    language = ports.environment.notify.language
    try:
        ports.slack.respond(letter.answer_to, markup.slack(said, language))
    except NorikaeError:
        if not is_here:
            raise
        whose = Said(f"{letter.name or letter.id}: {said.text}", said.block)
        ports.slack.post(letter.place, markup.slack(whose, language), [], thread=letter.message)


def _to_chatwork(ports: Ports, letter: ChatLetter, said: Said) -> None:
    if not letter.place:
        raise RefusedError("chatwork: the letter names no room to answer in")
    reply = (letter.id, letter.place, letter.answer_to)
    body = markup.chatwork(said, ports.environment.notify.language, reply=reply)
    try:
        ports.chatwork.post(letter.place, body)
    except ThrottledError:
        ports.clock.sleep(ROOM_SECONDS)
        ports.chatwork.post(letter.place, body)
