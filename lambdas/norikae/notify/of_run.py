"""A run in one place: its one message, what is said below it, and questions that lose their buttons in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.notify.asked import closed_card, kept, question_card
from norikae.notify.card import Card, icon_of
from norikae.notify.catalogue import is_own
from norikae.notify.run_card import run_card
from norikae.notify.run_look import RunLook, look_at
from norikae.notify.standing import Standing, State
from norikae.notify.words import text_of, title_of

if TYPE_CHECKING:
    from norikae.chat.ports import Posted
    from norikae.notify.chats import Wall
    from norikae.notify.message import Message
    from norikae.ports import Ports


def show_run(ports: Ports, wall: Wall, message: Message, look: RunLook) -> None:
    """The run's message is as the table has the run; what alerts people is said below it, each message once.

    Args:
        ports: the world.
        wall: where.
        message: about the run.
        look: at the run, now.
    """
    code = message.fact("code") if message.event == "waiting" else ""
    root = _root(ports, wall, look, asked=code)
    if code:
        _ask(ports, wall, message, look, root)
    elif is_own(message):
        card = Card(
            title=title_of(message, ports.environment.notify),
            icon=icon_of(message),
            texts=(text_of(message, ports.environment.notify),),
        )
        loud = message.severity != "info"
        Standing(ports, wall, f"sent/{message.id}", _below(wall, root), loud=loud).put(lambda _: (card, {}))
    close_questions(ports, wall, look)


def refresh_run(ports: Ports, wall: Wall, look: RunLook) -> None:
    """The run's message and its questions are as the table has them, where they stand already and can be changed.

    Args:
        ports: the world.
        wall: where.
        look: at the run, now.
    """
    known = Standing(ports, wall, f"run/{look.run}").read()
    if known is not None and known.posted is not None:  # what was not posted for certain comes again with its message
        _root(ports, wall, look, renews=False)
        close_questions(ports, wall, look)


def close_questions(ports: Ports, wall: Wall, look: RunLook) -> None:
    """Whatever was answered or has expired has no buttons any more."""
    standing = Standing(ports, wall, f"run/{look.run}")
    known = standing.read()
    over = [code for code in (known.state.get("asked", []) if known else []) if code not in look.open_codes]
    for code in over:
        question = Standing(ports, wall, _question(look.run, code))
        if question.read() is not None:
            question.put(lambda state: (closed_card(state, ports.now, ports.environment.notify.language), state))
    if over:
        _root(ports, wall, look, closed=tuple(over))


def _root(
    ports: Ports,
    wall: Wall,
    look: RunLook,
    *,
    asked: str = "",
    closed: tuple[str, ...] = (),
    renews: bool = True,
) -> Posted:
    environment, language = ports.environment.environment, ports.environment.notify.language

    def change(state: State) -> tuple[Card, State]:
        # Looked at once what stands there has been read: whoever writes last has seen the newest.
        card = run_card(look_at(ports, look.run), environment, language)
        codes = dict.fromkeys((*state.get("asked", []), *([asked] if asked else [])))
        return card, {"asked": [code for code in codes if code not in closed]}

    return Standing(ports, wall, f"run/{look.run}", renews=renews).put(change)


def _ask(ports: Ports, wall: Wall, message: Message, look: RunLook, root: Posted) -> None:
    """The question, with buttons while it can be answered: it may have been before its message came."""
    card = question_card(message, ports.environment.notify)
    expires = message.facts.get("expires")
    state = kept(card, expires if isinstance(expires, int | float) else 0)
    code = message.fact("code")
    if code not in look.open_codes:
        card = closed_card(state, ports.now, ports.environment.notify.language)
    Standing(ports, wall, _question(look.run, code), _below(wall, root), loud=True).put(lambda _: (card, state))


def _question(run: str, code: str) -> str:
    return f"question/{run}/{code}"


def _below(wall: Wall, root: Posted) -> str:
    return root.message if wall.threads else ""
