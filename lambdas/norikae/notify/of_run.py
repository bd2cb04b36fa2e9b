"""A run in one place: its one message, what is said below it, and questions that lose their buttons in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.notify.asked import closed_card, kept, question_card
from norikae.notify.card import Card, icon_of
from norikae.notify.catalogue import is_own
from norikae.notify.chats import digest
from norikae.notify.run_card import run_card
from norikae.notify.run_look import RunLook, look_at
from norikae.notify.standing import Standing, State, key_of
from norikae.notify.words import text_of, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norikae.chat.ports import Posted, Thread
    from norikae.notify.chats import Wall
    from norikae.notify.message import Message
    from norikae.notify.places import Place
    from norikae.ports import Ports


def look_for(ports: Ports, run: str, places: Iterable[Place]) -> RunLook:
    """One look at a run for all places, which may have hundreds of applications.

    Args:
        ports: the world.
        run: which.
        places: where it may stand.
    """
    return look_at(ports, run, [key_of(place, _thing(run)) for place in places])


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
    known = look.stood.get(key_of(wall.place, _thing(look.run)))
    if known is not None and known.posted is not None:  # what was not posted for certain comes again with its message
        _root(ports, wall, look, renews=False)
        close_questions(ports, wall, look)


def close_questions(ports: Ports, wall: Wall, look: RunLook) -> None:
    """Whatever was answered or has expired has no buttons any more."""
    known = Standing(ports, wall, _thing(look.run)).read()
    if _over(known, look):
        look = look_at(ports, look.run)  # what was asked since the look waits still
    over = _over(known, look)
    for code in over:
        question = Standing(ports, wall, _question(look.run, code))
        if question.read() is not None:
            question.put(lambda state: (closed_card(state, ports.now, ports.environment.notify.language), state))
    if over:
        _root(ports, wall, look, closed=tuple(over))


def _over(known: Thread | None, look: RunLook) -> list[str]:
    """The codes of questions that stand there and that nobody can answer any more."""
    return [code for code in (known.state.get("asked", []) if known else []) if code not in look.open_codes]


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
    standing = Standing(ports, wall, _thing(look.run), renews=renews)

    def change(state: State) -> tuple[Card, State]:
        card = run_card(look, environment, language)
        if not _is_newest(standing, look, card):
            card = run_card(look_at(ports, look.run), environment, language)
        codes = dict.fromkeys((*state.get("asked", []), *([asked] if asked else [])))
        return card, {"asked": [code for code in codes if code not in closed]}

    return standing.put(change)


def _ask(ports: Ports, wall: Wall, message: Message, look: RunLook, root: Posted) -> None:
    """The question, with buttons while it can be answered: it may have been before its message came."""
    card = question_card(message, ports.environment.notify)
    expires = message.facts.get("expires")
    state = kept(card, expires if isinstance(expires, int | float) else 0)
    code = message.fact("code")
    if code not in look.open_codes:
        card = closed_card(state, ports.now, ports.environment.notify.language)
    Standing(ports, wall, _question(look.run, code), _below(wall, root), loud=True).put(lambda _: (card, state))


def _is_newest(standing: Standing, look: RunLook, card: Card) -> bool:
    """Whether nobody has shown there what is newer than a look: what stood there before it does, or it is shown itself.

    Asked once what stands there was read to be changed, so that whoever writes last has seen the newest.
    """
    stands = standing.read()
    if standing.key in look.stood and stands == look.stood[standing.key]:
        return True
    return stands is not None and stands.body == digest(standing.wall.form(card))


def _thing(run: str) -> str:
    return f"run/{run}"


def _question(run: str, code: str) -> str:
    return f"question/{run}/{code}"


def _below(wall: Wall, root: Posted) -> str:
    return root.message if wall.threads else ""
