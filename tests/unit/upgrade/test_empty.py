"""Blue's pods end in order before its nodes go, but nobody waits for them for ever."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from norikae.drain.node import Node
from norikae.drain.pod import Pod
from norikae.errors import NorikaeError, StaleWriterError
from norikae.upgrade.empty import NOTHING_MOVES, SETTLES, DrainItem, ensure_drained
from norikae.upgrade.identity import Writer
from norikae.upgrade.progress import Progress
from tests.unit.drain.claims import claim
from tests.unit.fakes.nodes import Nodes
from tests.unit.fakes.story import BLUE, RUN, WRITER, Story


class End(Story):
    """Blue serves nothing any more; it has so many nodes."""

    def __init__(self, nodes: int = 3, **keys: Any) -> None:
        super().__init__()
        self.ports.settings = replace(self.ports.settings, drain_machine="drain")
        self.yard = Nodes(*(Node(name=f"ip-{n:02}", instance=f"i-{n:02}", version="1") for n in range(nodes)))
        self.ports.yards[BLUE] = self.yard
        environment = self.ports.environment
        decommission = msgspec.structs.replace(environment.decommission, **keys)
        self.ports.environment = msgspec.structs.replace(environment, decommission=decommission)

    def looks(self) -> Progress:
        return ensure_drained(self.ports, WRITER, BLUE)

    def item(self, name: str = "") -> Any:
        return self.ports.table.read(RUN, "DRAIN", DrainItem)

    def open(self) -> list[str]:
        return [one.node for one in self.ports.claims.open(BLUE)]

    def empties(self, *nodes: str) -> None:
        """The drain has done its work on some nodes."""
        for one in self.ports.claims.open(BLUE):
            if one.node in nodes:
                done = msgspec.structs.replace(one, state="finished", outcome="drained", finished_at=self.ports.now)
                self.ports.claims.write(done, instead_of=one)

    def cordon(self, *names: str) -> None:
        """Nodes carry their mark; all of them unless some are named."""
        for name, node in self.yard.known.items():
            if name in (names or self.yard.known):
                self.yard.known[name] = msgspec.structs.replace(node, unschedulable=True)

    def audit(self) -> list[dict[str, Any]]:
        return [event.detail for event in self.ports.table.events if event.what == "blue-drained"]


def test_so_many_nodes_are_drained_together_as_the_environment_allows() -> None:
    story = End(drain_together=2)
    assert story.looks().waiting_for == f"0 of 3 nodes of {BLUE} are empty"
    assert story.open() == ["ip-00", "ip-01"]
    story.looks()
    assert story.open() == ["ip-00", "ip-01"]
    story.empties("ip-01")
    story.looks()
    assert story.open() == ["ip-00", "ip-02"]
    story.empties("ip-00", "ip-02")
    assert story.looks().ready
    assert story.audit() == [{"cluster": BLUE, "nodes": 3, "left": [], "left_in_all": 0}]
    assert story.looks().ready
    assert len(story.audit()) == 1


def test_budgets_are_respected_to_the_end_and_no_lifecycle_action_waits() -> None:
    story = End(nodes=1, drain=900)
    began = story.ports.now
    story.looks()
    (made,) = story.ports.claims.all(BLUE)
    assert (made.kind, made.budgets, made.do, made.hook, made.role) == (
        "decommission",
        "respect",
        "drain",
        None,
        "blue",
    )
    assert made.deadline == began + 900
    assert set(story.ports.executions.started) == {f"drain-{BLUE}-1"}


@pytest.mark.parametrize("rest", ["a maintenance of next week", "a cordon"])
def test_a_node_whose_claim_only_waits_is_drained_with_the_others(rest: str) -> None:
    end = End(nodes=1)
    later = end.ports.now + 7 * 86400
    known: dict[str, Any] = {"kind": "scheduled", "kinds": ("scheduled",), "state": "waiting", "due": later}
    if rest == "a cordon":
        known = {"kind": "rebalance", "kinds": ("rebalance",), "state": "marked", "do": "cordon"}
    end.ports.claims.write(claim(cluster=BLUE, instance="i-00", node="ip-00", deadline=later, **known), instead_of=None)
    end.looks()
    (merged,) = end.ports.claims.open(BLUE)
    assert merged.needs_an_execution(end.ports.now)
    assert merged.do == "drain"
    assert merged.deadline <= end.ports.now + end.ports.environment.decommission.drain
    end.empties("ip-00")
    assert end.looks().ready


def test_a_node_that_goes_before_it_is_claimed_is_not_waited_for() -> None:
    end = End(nodes=1)
    end.ports.table.write(WRITER, "DRAIN", DrainItem(since=end.ports.now, claimed=("i-gone",)))
    end.looks()
    end.empties("ip-00")
    assert end.looks().ready


def test_without_time_for_it_nobody_drains() -> None:
    story = End(drain=0)
    assert story.looks().ready
    assert (story.open(), story.item()) == ([], None)


def test_a_cluster_without_nodes_is_drained() -> None:
    assert End(nodes=0).looks().ready


def test_when_time_is_over_the_run_goes_on_and_says_what_is_left() -> None:
    story = End(nodes=1)
    story.looks()
    story.yard.bound = [
        Pod(namespace="shop", name="worker-0", uid="1", node="ip-00", owner="StatefulSet"),
        Pod(namespace="kube-system", name="proxy", uid="2", node="ip-00", owner="DaemonSet"),
        Pod(namespace="kube-system", name="static", uid="3", node="ip-00", mirror=True),
        Pod(namespace="shop", name="done", uid="4", node="ip-00", phase="Succeeded"),
    ]
    story.time_passes(600 + SETTLES)
    assert not story.looks().ready
    story.time_passes(1)
    assert story.looks().ready
    assert story.audit() == [{"cluster": BLUE, "nodes": 0, "left": ["shop/worker-0"], "left_in_all": 1}]
    assert [one.outcome for one in story.ports.claims.all(BLUE)] == ["deadline-passed"]


def test_pods_whose_successors_find_no_room_are_not_waited_for_until_the_deadline() -> None:
    story = End(2, drain=3600)
    story.yard.bound = [Pod(namespace="shop", name="web", uid="1", node="ip-00", owner="ReplicaSet")]
    story.looks()
    story.cordon()
    story.ports.now += 30
    story.yard.bound[0] = msgspec.structs.replace(story.yard.bound[0], deleted_at=story.ports.now + 600)
    story.looks()
    story.ports.now += 300
    assert not story.looks().ready, "a pod that ends is waited for, however long its grace"
    story.yard.bound[0] = msgspec.structs.replace(story.yard.bound[0], uid="2", name="web-2", deleted_at=None)
    story.looks()
    story.ports.now += NOTHING_MOVES - 1
    assert not story.looks().ready
    story.ports.now += 1
    assert story.looks().ready
    assert story.audit()[0]["left"] == ["shop/web-2"]
    assert story.open() == []
    assert [one.told for one in story.ports.claims.all(BLUE)] == ["deadline-passed"] * 2, "nobody has to do anything"


def test_as_long_as_a_node_takes_pods_nobody_gives_up() -> None:
    story = End(2, drain=3600, drain_together=1)
    story.yard.bound = [Pod(namespace="shop", name="web", uid="1", node="ip-00", owner="ReplicaSet")]
    story.looks()
    story.cordon("ip-00")
    for _ in range(10):
        story.ports.now += NOTHING_MOVES
        assert not story.looks().ready


def test_no_node_is_begun_after_the_deadline() -> None:
    story = End(nodes=2, drain_together=1)
    story.looks()
    story.time_passes(601)
    story.empties("ip-00")
    assert story.looks().ready
    assert story.open() == []


def test_an_api_server_that_does_not_answer_costs_the_time_of_the_drain_and_no_more() -> None:
    story = End()
    story.yard.answers = False
    assert "to be read" in story.looks().waiting_for
    story.time_passes(600 + SETTLES + 1)
    assert story.looks().ready
    assert story.audit()[0]["left"] == ["cannot be read: the API server does not answer"]


@pytest.mark.parametrize("state", ["draining", "finished"])
def test_a_node_that_goes_already_is_not_claimed_again(state: Any) -> None:
    story = End(nodes=1)
    outcome: Any = "drained" if state == "finished" else ""
    spot = claim(cluster=BLUE, instance="i-00", node="ip-00", state=state, outcome=outcome)
    story.ports.claims.write(spot, instead_of=None)
    story.looks()
    assert [one.kind for one in story.ports.claims.all(BLUE)] == ["spot"]
    assert story.looks().ready is (state == "finished")


def test_a_node_that_was_kept_before_is_claimed_anew() -> None:
    story = End(nodes=1)
    kept = claim(
        cluster=BLUE, instance="i-00", kind="rebalance", kinds=("rebalance",), state="finished", outcome="kept"
    )
    story.ports.claims.write(kept, instead_of=None)
    story.looks()
    assert story.open() == ["ip-00"]


def test_a_run_that_lost_its_lease_begins_nothing() -> None:
    story = End()
    with pytest.raises(StaleWriterError):
        ensure_drained(story.ports, Writer(RUN, 1, WRITER.token - 1), BLUE)
    assert story.open() == []


@pytest.mark.parametrize("calls", range(12))
def test_a_look_that_dies_at_any_call_is_made_good_by_the_next(calls: int) -> None:
    story = End(nodes=2)
    story.ports.executions.running = {f"drain-{BLUE}-1"}
    left = [calls]
    write, log, start = story.ports.claims.write, story.ports.table.write, story.ports.executions.start

    def counted(call: Any) -> Any:
        def wrapped(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise NorikaeError
            return call(*given, **named)

        return wrapped

    story.ports.claims.write, story.ports.table.write = counted(write), counted(log)  # type: ignore[method-assign]
    story.ports.executions.start = counted(start)  # type: ignore[method-assign]
    with suppress(NorikaeError):
        story.looks()
    story.ports.claims.write, story.ports.table.write = write, log  # type: ignore[method-assign]
    story.ports.executions.start = start  # type: ignore[method-assign]
    story.looks()
    assert story.open() == ["ip-00", "ip-01"]
    assert set(story.ports.executions.started) == {f"drain-{BLUE}-1"}
