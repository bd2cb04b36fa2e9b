"""One message in one place, by what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.notify.card import DONE, Card, icon_of
from norikae.notify.catalogue import is_own, kind_of
from norikae.notify.nodes import show_nodes
from norikae.notify.of_run import show_run
from norikae.notify.standing import Standing, State
from norikae.notify.words import text_of, title_of

if TYPE_CHECKING:
    from norikae.environment import Notify
    from norikae.notify.chats import Wall
    from norikae.notify.message import Message
    from norikae.notify.run_look import RunLook
    from norikae.ports import Ports

MOST_LINES = 8
"""Further things that are said in the one message of a secret."""


def show(ports: Ports, wall: Wall, message: Message, look: RunLook | None) -> None:
    """What people see there has this message in it, once.

    Args:
        ports: the world.
        wall: where.
        message: what they are told.
        look: at the run that it is about; None when it is about none.
    """
    thing = kind_of(message).thing
    if message.run and look is not None:
        show_run(ports, wall, message, look)
    elif thing == "episode":
        show_nodes(ports, wall, message)
    elif thing == "secret":
        _show_secret(ports, wall, message)
    else:
        card = _card(message, ports.environment.notify)
        Standing(ports, wall, f"sent/{message.id}").put(lambda _: (card, {}))


def _card(message: Message, notify: Notify) -> Card:
    return Card(title=title_of(message, notify), icon=icon_of(message), texts=(text_of(message, notify),))


def _show_secret(ports: Ports, wall: Wall, message: Message) -> None:
    """A problem of a secret is a message of its own; what is said of it later, without a need for anybody, joins it."""
    card = _card(message, ports.environment.notify)
    is_new = is_own(message)

    def change(state: State) -> tuple[Card, State]:
        ids = state.get("ids", [])
        if message.id in ids or (state and not is_new):
            lines = state["lines"] if message.id in ids else [*state["lines"], f"{DONE} {card.title}"][-MOST_LINES:]
            ids = ids if message.id in ids else [*ids, message.id][-MOST_LINES:]
            texts = tuple(state["texts"])
            return Card(title=state["title"], icon=state["icon"], texts=texts, notes=tuple(lines)), {
                **state,
                "ids": ids,
                "lines": lines,
            }
        fresh = {"title": card.title, "icon": card.icon, "texts": list(card.texts), "ids": [message.id], "lines": []}
        return card, fresh

    secret = Standing(ports, wall, f"secret/{message.fact('secret') or message.id}")
    secret.put(change, anew=lambda state: is_new and message.id not in state.get("ids", []))
