"""Nodes that go: one message for each episode, and one for many that go together, changed as they go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from norikae.chat.translated import named_in
from norikae.notify.card import DONE, Card, icon_of, label
from norikae.notify.standing import Standing, State
from norikae.notify.words import text_of, title_of

if TYPE_CHECKING:
    from norikae.environment import Notify
    from norikae.notify.chats import Wall
    from norikae.notify.message import Message
    from norikae.ports import Ports

RANK = {"waiting": 0, "begun": 1, "blocked": 2}
"""How far an episode is; whatever else it says is its end."""
END = 3
MOST = 1000
"""Episodes that one message remembers, which keeps it far below what the table takes."""
LOOKED_UP = 300
"""Episodes of one message whose own messages are looked for."""


def show_nodes(ports: Ports, wall: Wall, message: Message) -> None:
    """What stands there about these episodes says what is new; a word that comes late changes nothing.

    An episode that has a message of its own keeps it. The others of a group share one message per cluster, which lasts
    until all of them are over; a group that comes then gets another one.

    Args:
        ports: the world.
        wall: where.
        message: ``interruption``.
    """
    listed = message.facts.get("episodes")
    if not isinstance(listed, list):
        storm = _storm(ports, wall, message)
        known = storm.read()
        if known is not None and message.fact("episode") in known.state.get("episodes", {}):
            _together(storm, message, [_one(message.facts)], ports.environment.notify)
        else:
            _alone(ports, wall, message)
        return
    episodes = [_one(one) for one in listed if isinstance(one, Mapping)]
    own = [one for one in episodes[:LOOKED_UP] if _episode(ports, wall, one[0]).read() is not None]
    for name, state in own:
        _follow(ports, wall, name, state, message)
    others = [one for one in episodes if one not in own]
    if others or not episodes:
        _together(_storm(ports, wall, message), message, others, ports.environment.notify)


def _one(facts: Mapping[str, Any]) -> tuple[str, str]:
    return str(facts.get("episode", "")), str(facts.get("state", ""))


def _rank(state: str) -> int:
    return RANK.get(state, END)


def _episode(ports: Ports, wall: Wall, name: str) -> Standing:
    return Standing(ports, wall, f"episode/{name}")


def _storm(ports: Ports, wall: Wall, message: Message) -> Standing:
    return Standing(ports, wall, f"storm/{message.fact('cluster')}")


def _alone(ports: Ports, wall: Wall, message: Message) -> None:
    _, state = _one(message.facts)
    name = message.fact("episode") or message.id
    _write(_episode(ports, wall, name), _card(message, state, ports.environment.notify), state)


def _follow(ports: Ports, wall: Wall, name: str, state: str, message: Message) -> None:
    """An episode with a message of its own goes on together with others: their sentence stands there, too."""
    _write(_episode(ports, wall, name), _card(message, state, ports.environment.notify), state)


def _write(standing: Standing, card: Card, state: str) -> None:
    def change(known: State) -> tuple[Card, State]:
        if known and _rank(known["state"]) > _rank(state):
            old = known["card"]
            return Card(title=old["title"], icon=old["icon"], texts=tuple(old["texts"])), known
        return card, {
            "state": state,
            "card": {"title": card.title, "icon": card.icon, "texts": list(card.texts)},
        }

    standing.put(change)


def _together(standing: Standing, message: Message, episodes: list[tuple[str, str]], notify: Notify) -> None:
    def merged(known: State) -> dict[str, str]:
        states: dict[str, str] = dict(known.get("episodes", {}))
        for name, state in episodes:
            if name in states and _rank(states[name]) > _rank(state):
                continue
            if name in states or len(states) < MOST:
                states[name] = state
        return states

    def change(known: State) -> tuple[Card, State]:
        fresh = _is_over(known) and not _belongs(known, episodes)
        states = merged({} if fresh else known)
        omitted = int(message.facts.get("omitted") or 0) if fresh or not known else int(known.get("omitted") or 0)
        is_news = fresh or states != known.get("episodes")
        sentence = text_of(message, notify) if is_news else str(known.get("text", ""))
        counts = Counter(states.values())
        shown = sorted(counts.items(), key=lambda one: _rank(one[0]))
        rows = tuple(f"{count:>5} {named_in(notify.language, 'state', state)}" for state, count in shown)
        title = label("nodes", notify.language).replace("{cluster}", message.fact("cluster"))
        card = Card(
            title=title.replace("{count}", str(len(states) + omitted)),
            icon=DONE if all(_rank(one) == END for one in states.values()) and states else icon_of(message),
            texts=(sentence,),
            rows=rows,
        )
        return card, {"episodes": states, "omitted": omitted, "text": sentence}

    standing.put(change, anew=lambda known: _is_over(known) and not _belongs(known, episodes))


def _is_over(known: State) -> bool:
    return all(_rank(state) == END for state in known.get("episodes", {}).values())


def _belongs(known: State, episodes: list[tuple[str, str]]) -> bool:
    return any(name in known.get("episodes", {}) for name, _ in episodes)


def _card(message: Message, state: str, notify: Notify) -> Card:
    icon = DONE if _rank(state) == END and message.severity == "info" else icon_of(message)
    return Card(title=title_of(message, notify), icon=icon, texts=(text_of(message, notify),))
