"""The mark on a node: everything of ours, and nothing of anybody else's."""

from __future__ import annotations

import msgspec
import pytest

from norikae.drain.claim import Claim
from norikae.drain.interruption import GRAVITY
from norikae.drain.marks import is_marked, mark, unmark
from norikae.drain.node import CORDONED, DEADLINE, EPISODE, EXCLUDED, TAINT, Node, Taint
from tests.unit.drain.heard import NODE, Nodes, heard, node
from tests.unit.drain.test_merge import claimed

THEIRS = Taint(key="team", value="chat", effect="NoExecute", timeAdded="2026-01-01T00:00:00Z")


def after(before: Node, claim: Claim) -> Node:
    """The node once it has its mark."""
    nodes = Nodes(before)
    patch = mark(before, claim)
    assert patch is not None
    return nodes.patch_node(NODE, patch)


def test_a_node_takes_no_pods_and_no_connections_and_says_until_when_and_why() -> None:
    claim = claimed(heard("spot"))
    marked = after(node(taints=(THEIRS,), labels={"zone": "a"}), claim)
    assert marked.unschedulable
    assert is_marked(marked)
    assert marked.taints == (THEIRS, Taint(key=TAINT, effect="NoSchedule", value="spot"))
    assert marked.labels == {"zone": "a", EXCLUDED: "norikae"}
    assert marked.annotations == {DEADLINE: "1970-01-12T13:48:25Z", EPISODE: claim.episode}


def test_a_node_that_is_marked_already_is_not_written() -> None:
    claim = claimed(heard("spot"))
    assert mark(after(node(), claim), claim) is None


def test_an_earlier_deadline_or_a_graver_kind_is_written_over_the_mark() -> None:
    marked = after(node(), claimed(heard("scaling")))
    graver = after(marked, claimed(heard("scaling"), heard("spot")))
    assert [taint.value for taint in graver.taints] == ["spot"]
    assert graver.annotations[DEADLINE] < marked.annotations[DEADLINE]


@pytest.mark.parametrize("kind", GRAVITY)
def test_every_kind_is_a_value_that_a_taint_may_have(kind: str) -> None:
    assert len(kind) <= 63
    assert kind.replace("-", "").isalnum()


def test_the_way_back_leaves_the_node_as_it_was() -> None:
    claim = claimed(heard("scheduled"))
    before = node(taints=(THEIRS,), labels={"zone": "a"}, annotations={"team": "chat"})
    marked = after(before, claim)
    patch = unmark(marked, claim)
    assert patch is not None
    assert msgspec.structs.replace(Nodes(marked).patch_node(NODE, patch), version="7") == before


def test_what_was_cordoned_or_excluded_before_stays_so() -> None:
    claim = claimed(heard("scheduled"))
    before = node(unschedulable=True, labels={EXCLUDED: "true"})
    marked = after(before, claim)
    assert marked.annotations[CORDONED] == "true"
    patch = unmark(marked, claim)
    assert patch is not None
    assert msgspec.structs.replace(Nodes(marked).patch_node(NODE, patch), version="7") == before


def test_a_second_mark_does_not_take_our_own_cordon_for_somebody_elses() -> None:
    marked = after(after(node(), claimed(heard("scaling"))), claimed(heard("scaling"), heard("spot")))
    assert CORDONED not in marked.annotations


def test_the_mark_of_another_episode_or_none_is_never_taken_off() -> None:
    marked = after(node(), claimed(heard("scheduled")))
    assert unmark(marked, claimed(heard("rebalance"))) is None
    assert unmark(node(unschedulable=True), claimed(heard("scheduled"))) is None


def test_who_took_our_taint_away_decides_about_the_cordon_too() -> None:
    claim = claimed(heard("scheduled"))
    marked = msgspec.structs.replace(after(node(), claim), taints=())
    patch = unmark(marked, claim)
    assert patch is not None
    assert "unschedulable" not in patch["spec"]
