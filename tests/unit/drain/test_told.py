"""What people hear of nodes that go."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.drain.claim import Claim
from norikae.drain.told import tell_changes
from tests.unit.drain.claims import BLUE, GREEN, NOW, claim
from tests.unit.fakes.ports import FakePorts


def told(*claims: Claim, now: float = NOW) -> list[dict[str, Any]]:
    ports = FakePorts(now=now)
    tell_changes(ports, claims)
    return [message for _, message in ports.topic.told]


def life(*stages: dict[str, Any], **parts: Any) -> list[str]:
    """What is told of one episode whose claim is looked at twice at each stage."""
    ports, known = FakePorts(now=NOW), claim(**parts)
    for stage in stages:
        known = msgspec.structs.replace(known, **stage)
        for _ in range(2):
            known = next(iter(tell_changes(ports, [known])), known)
    return [message["state"] for _, message in ports.topic.told]


def test_each_stage_is_told_once() -> None:
    stages = [
        {"state": "marked"},
        {"state": "draining"},
        {"state": "blocked"},
        {"state": "draining"},
        {"state": "empty"},
    ]
    assert life(*stages, {"state": "finished", "outcome": "drained"}) == ["begun", "blocked", "drained"]


def test_a_maintenance_is_told_when_it_is_announced_and_when_it_begins() -> None:
    assert life({"state": "waiting"}, {"state": "draining"}, kind="scheduled") == ["waiting", "begun"]


def test_what_nobody_heard_of_ends_without_a_word() -> None:
    assert life({"state": "finished", "outcome": "gone"}) == []
    assert life({"state": "waiting"}, {"state": "finished", "outcome": "cancelled"}) == ["waiting", "cancelled"]
    assert life({"state": "finished", "outcome": "gone", "lost": ("shop/cart-0",)}) == ["gone"]


def test_a_node_that_joins_is_no_news_and_one_that_does_not_is() -> None:
    assert life({"state": "marked"}, {"state": "finished", "outcome": "joined"}, kind="launch") == []
    assert life({"state": "finished", "outcome": "deadline-passed"}, kind="launch") == ["deadline-passed"]


def test_a_message_says_which_node_how_long_and_what_keeps_it() -> None:
    (message,) = told(claim(state="blocked", left=3, blocked_by=("shop/cart",)), now=NOW + 25)
    assert message["text"] == f"blue {BLUE}: ip-10-0-0-1 (spot): 3 pods left, kept by shop/cart, 80 s left"
    said = ("episode", "cluster", "role", "node", "kind", "seconds_left", "pods", "pods_left", "blocked_by")
    assert [message[key] for key in said] == [
        *("episode-1", BLUE, "blue", "ip-10-0-0-1", "spot", 80, 10, 3, ["shop/cart"])
    ]
    assert (message["event"], message["severity"], message["run"]) == ("interruption", "action", "")


def test_every_message_of_an_episode_has_the_same_key() -> None:
    begun, ended = claim(), claim(state="finished", outcome="drained", told="begun")
    assert {message["episode"] for message in (*told(begun), *told(ended))} == {"episode-1"}


def test_pods_that_went_down_with_a_machine_want_somebody_and_what_a_policy_allowed_does_not() -> None:
    lost = claim(state="finished", outcome="deadline-passed", told="begun", left=1, lost=("shop/cart-0",))
    (message,) = told(lost)
    assert (message["severity"], message["lost"]) == ("action", ["shop/cart-0"])
    (message,) = told(claim(state="finished", outcome="drained", told="begun", pdb_bypassed=("shop/cart-0",)))
    assert (message["severity"], message["pdb_bypassed"]) == ("info", ["shop/cart-0"])
    assert message["text"].endswith("empty; against a budget: shop/cart-0")


def test_time_that_has_run_out_is_not_negative() -> None:
    assert told(claim(), now=NOW + 500)[0]["seconds_left"] == 0


def test_a_storm_is_one_message_for_each_cluster_and_kind() -> None:
    storm = [claim(number) for number in range(1, 201)]
    others = [claim(number, cluster=GREEN, role="green") for number in range(300, 304)]
    messages = told(*storm, *others, claim(500, kind="scaling"))
    assert [(message.get("count"), message["role"], message["kind"]) for message in messages] == [
        *((None, "blue", "scaling"), (200, "blue", "spot"), (4, "green", "spot"))
    ]
    (whole,) = [message for message in messages if message.get("count") == 200]
    assert whole["text"] == f"blue {BLUE}: 200 nodes (spot): draining, 105 s left"
    assert {episode["node"] for episode in whole["episodes"]} == {one.node for one in storm}
    assert whole["omitted"] == 0


def test_up_to_three_nodes_have_a_message_each() -> None:
    assert [message["episode"] for message in told(*(claim(number) for number in (1, 2, 3)))] == [
        *("episode-1", "episode-2", "episode-3")
    ]


def test_what_differs_in_stage_is_not_told_together() -> None:
    begun = [claim(number) for number in range(1, 5)]
    ended = [claim(number, state="finished", outcome="drained", told="begun") for number in range(5, 9)]
    assert [(message["state"], message["count"]) for message in told(*begun, *ended)] == [("begun", 4), ("drained", 4)]


def test_a_message_stays_below_what_sns_takes_and_says_how_many_it_omits() -> None:
    names = tuple(f"shop/{'x' * 240}-{number}" for number in range(30))
    (message,) = told(*(claim(number, state="blocked", blocked_by=names, lost=names) for number in range(1, 201)))
    assert len(msgspec.json.encode(message)) < 256 * 1024
    assert message["count"] == 200
    assert len(message["episodes"]) + message["omitted"] == 200
    assert message["omitted"] > 0
    assert message["episodes"][0]["blocked_by"][-1] == "and 10 more"


@pytest.mark.parametrize(
    ("parts", "ending"),
    [
        ({"do": "cordon"}, "no new pods any more"),
        ({"state": "waiting", "due": NOW}, "from 1970-01-12 13:46 UTC on, empty by 1970-01-12 13:48 UTC"),
        (
            {"state": "finished", "outcome": "told", "kind": "state-change"},
            "interruptions.state_change.do wants no more",
        ),
        ({"state": "finished", "outcome": "kept", "told": "begun"}, "not taken away until now, pods may come again"),
        ({"state": "finished", "outcome": "dry-run", "pods": 1}, "dry run, 1 pod would have moved"),
        ({"role": "", "node": ""}, "draining, 105 s left"),
    ],
)
def test_each_stage_has_its_sentence(parts: dict[str, Any], ending: str) -> None:
    (message,) = told(claim(**parts))
    assert message["text"].endswith(ending)
    assert len(message["text"]) < 160


def test_only_claims_with_news_come_back_with_what_was_told() -> None:
    fresh, known = claim(1), claim(2, told="begun")
    (changed,) = tell_changes(FakePorts(now=NOW), [fresh, known])
    assert (changed.instance, changed.told) == (fresh.instance, "begun")
