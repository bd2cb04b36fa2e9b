"""Nodes that go: one message for each episode and one for a storm, however many messages the topic has of them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.unit.notify.told import Chats, Json, told


@pytest.fixture
def chats() -> Chats:
    return Chats()


def node(number: int, state: str, **more: Any) -> Json:
    facts = {"episode": f"i-{number}-a", "node": f"node-{number}", "cluster": "demo-1-33", "kind": "spot"}
    return {**facts, "state": state, **more}


def says(state: str, number: int = 1, severity: str = "info", *, message: int = 0, **more: Any) -> Json:
    text = f"blue demo-1-33: node-{number} (spot): {state}"
    return told("interruption", message or number, severity=severity, text=text, **node(number, state, **more))


def storm(states: dict[int, str], message: int, **more: Any) -> Json:
    episodes = [node(number, state) for number, state in states.items()]
    text = f"blue demo-1-33: {len(states)} nodes (spot): {next(iter(states.values()))}"
    facts = {"cluster": "demo-1-33", "kind": "spot", "count": len(states), "omitted": 0, "episodes": episodes, **more}
    return told("interruption", message, text=text, state=next(iter(states.values())), **facts)


def test_an_episode_is_one_message_from_its_begin_to_its_end(chats: Chats) -> None:
    for place, state in enumerate(("waiting", "begun", "blocked", "drained"), 1):
        severity = "action" if state == "blocked" else "info"
        chats.hears(says(state, severity=severity, message=place, blocked_by=["billing/billing"]))
    (shown,), (body,) = chats.channel, chats.room
    assert "✅" in shown["text"]
    assert "(spot): drained" in body


@pytest.mark.parametrize("order", list(permutations(("begun", "blocked", "drained"))))
def test_the_end_stands_whatever_order_messages_come_in(chats: Chats, order: tuple[str, ...]) -> None:
    for place, state in enumerate(order, 1):
        chats.hears(says(state, message=place))
    (shown,) = chats.channel
    assert "drained" in shown["text"]


def test_two_episodes_are_two_messages(chats: Chats) -> None:
    chats.hears(says("begun", 1), says("begun", 2))
    chats.hears(says("drained", 1, message=3))
    assert [("drained" in one["text"], "begun" in one["text"]) for one in chats.channel] == [
        (True, False),
        (False, True),
    ]


def test_a_storm_is_one_message_that_counts_down(chats: Chats) -> None:
    chats.hears(storm(dict.fromkeys(range(200), "begun"), 1))
    chats.hears(storm(dict.fromkeys(range(150), "drained"), 2))
    chats.hears(says("gone", 160, message=3))
    (shown,), (body,) = chats.channel, chats.room
    assert "Nodes of demo-1-33 that go: 200" in shown["text"]
    assert "[code]   49 begun\n  150 drained\n    1 gone[/code]" in body
    chats.hears(storm(dict.fromkeys(range(150, 200), "drained"), 4))
    assert len(chats.channel) == 1
    assert chats.channel[0]["text"].startswith("✅")


def test_a_storm_after_one_that_is_over_is_another_message(chats: Chats) -> None:
    chats.hears(storm(dict.fromkeys(range(5), "begun"), 1))
    chats.hears(storm(dict.fromkeys(range(5), "drained"), 2))
    chats.hears(storm(dict.fromkeys(range(10, 16), "begun"), 3))
    assert ["that go: 5" in one["text"] for one in chats.channel] == [True, False]
    chats.hears(storm(dict.fromkeys(range(5), "drained"), 2))
    assert len(chats.channel) == 2


def test_more_nodes_join_a_storm_that_lasts(chats: Chats) -> None:
    chats.hears(storm(dict.fromkeys(range(5), "begun"), 1))
    chats.hears(storm(dict.fromkeys(range(5, 10), "begun"), 2))
    (shown,) = chats.channel
    assert "that go: 10" in shown["text"]


def test_an_episode_that_began_alone_keeps_its_message_when_others_end_with_it(chats: Chats) -> None:
    for number in range(3):
        chats.hears(says("begun", number, message=number + 1))
    chats.hears(storm(dict.fromkeys(range(5), "drained"), 9))
    assert len(chats.channel) == 4
    assert all("drained" in one["text"] for one in chats.channel)


def test_a_storm_without_its_episodes_is_told_all_the_same(chats: Chats) -> None:
    chats.hears(storm({1: "begun"}, 1, episodes=[], omitted=300, count=300))
    (shown,) = chats.channel
    assert "that go: 300" in shown["text"]
